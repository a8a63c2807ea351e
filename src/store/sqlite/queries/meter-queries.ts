import type { Kysely } from 'kysely';
import type { ChargePoint } from '../../../core/model/accrual.ts';
import type { Reading } from '../../../core/model/reading.ts';
import type { MeterView } from '../../../core/ports/queries.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Instant } from '../../../kernel/clock.ts';
import { asId, type MeterId, type MeterPointId } from '../../../kernel/ids.ts';
import type { Reader } from '../connection.ts';
import { question } from '../question.ts';
import type { Schema } from '../schema.ts';
import type { Answers } from './answer.ts';
import { versionOf } from './archive-queries.ts';
import { cursorNumbers, NEWEST, pageOf } from './paging.ts';
import { accountOf, meterOf, meterPointOf, readingOf, relayOf, spanOf } from './rows.ts';

const allMeterPoints = question()((db) => db.selectFrom('meter_points').selectAll().orderBy('id'));
const allMeters = question()((db) => db.selectFrom('meters').selectAll().orderBy('id'));
const allAccounts = question()((db) => db.selectFrom('accounts').selectAll().orderBy('id'));

export const meterPointById = question<{ id: string }>()((db, asked) =>
  db.selectFrom('meter_points').selectAll().where('id', '=', asked.id),
);
const meterById = question<{ id: string }>()((db, asked) => db.selectFrom('meters').selectAll().where('id', '=', asked.id));
const metersAfter = question<{ after: string; limit: number }>()((db, asked) =>
  db.selectFrom('meters').selectAll().where('id', '>', asked.after).orderBy('id').limit(asked.limit),
);
const metersOfLineAfter = question<{ lineId: string; after: string; limit: number }>()((db, asked) =>
  db.selectFrom('meters').selectAll().where('line_id', '=', asked.lineId).where('id', '>', asked.after).orderBy('id').limit(asked.limit),
);
const relayByMeter = question<{ id: string }>()((db, asked) => db.selectFrom('relays').selectAll().where('meter_id', '=', asked.id));

const newestReadings = question<{ meterId: string }>()((db, asked) =>
  db
    .selectFrom('latest_readings')
    .innerJoin('readings', 'readings.id', 'latest_readings.newest_id')
    .selectAll('readings')
    .where('latest_readings.meter_id', '=', asked.meterId)
    .orderBy('readings.measured_at', 'desc'),
);
const newestGoodReadings = question<{ meterId: string }>()((db, asked) =>
  db
    .selectFrom('latest_readings')
    .innerJoin('readings', 'readings.id', 'latest_readings.good_id')
    .selectAll('readings')
    .where('latest_readings.meter_id', '=', asked.meterId)
    .whereRef('latest_readings.good_id', '<>', 'latest_readings.newest_id')
    .orderBy('readings.measured_at', 'desc'),
);
const placesOfMeter = question<{ id: string }>()((db, asked) =>
  db.selectFrom('meter_spans').select('meter_point_id').distinct().where('meter_id', '=', asked.id),
);
/** Every meter that has hung at a meter point, in order of time. */
export const meterSpansOf = question<{ id: string }>()((db, asked) =>
  db.selectFrom('meter_spans').selectAll().where('meter_point_id', '=', asked.id).orderBy('from_at'),
);
const spanAt = question<{ meterId: string; at: bigint }>()((db, asked) =>
  db
    .selectFrom('meter_spans')
    .select('meter_point_id')
    .where('meter_id', '=', asked.meterId)
    .where('from_at', '<=', asked.at)
    .where((of) => of.or([of('to_at', 'is', null), of('to_at', '>=', asked.at)]))
    .orderBy('from_at', 'desc')
    .limit(1),
);
const registersRead = question<{ meterId: string }>()((db, asked) =>
  db.selectFrom('latest_readings').select('register').where('meter_id', '=', asked.meterId),
);
type ReadingsAsk = {
  readonly meterId: string;
  readonly from: bigint;
  readonly to: bigint;
  readonly beforeAt: bigint;
  readonly beforeId: bigint;
  readonly limit: number;
};

const readingsIn = (db: Kysely<Schema>, asked: ReadingsAsk) =>
  db
    .selectFrom('readings')
    .selectAll()
    .where('meter_id', '=', asked.meterId)
    .where('measured_at', '>=', asked.from)
    .where('measured_at', '<=', asked.to)
    .where((of) => of(of.refTuple('measured_at', 'id'), '<', of.tuple(asked.beforeAt, asked.beforeId)))
    .orderBy('measured_at', 'desc')
    .orderBy('id', 'desc')
    .limit(asked.limit);
const readingsBefore = question<ReadingsAsk>()(readingsIn);
const readingsOfRegisterBefore = question<ReadingsAsk & { readonly register: string }>()((db, asked) =>
  readingsIn(db, asked).where('register', '=', asked.register),
);

type AroundAsk = { readonly meterId: string; readonly register: string; readonly at: bigint };

const ofRegister = (db: Kysely<Schema>, asked: AroundAsk) =>
  db.selectFrom('readings').selectAll().where('meter_id', '=', asked.meterId).where('register', '=', asked.register).limit(1);
const readingAt = question<AroundAsk>()((db, asked) => ofRegister(db, asked).where('measured_at', '=', asked.at));
const goodReadingAt = question<AroundAsk>()((db, asked) =>
  ofRegister(db, asked).where('measured_at', '=', asked.at).where('quality', '=', 'good'),
);
const goodReadingBefore = question<AroundAsk>()((db, asked) =>
  ofRegister(db, asked).where('measured_at', '<', asked.at).where('quality', '=', 'good').orderBy('measured_at', 'desc'),
);
const goodReadingAfter = question<AroundAsk>()((db, asked) =>
  ofRegister(db, asked).where('measured_at', '>', asked.at).where('quality', '=', 'good').orderBy('measured_at', 'asc'),
);

type MeterQuery = 'installedMeters' | 'readingsAround' | 'chargePoints' | 'meterPointAt' | 'archive' | 'meter' | 'meters' | 'readings';

export const meterAnswers: Answers<MeterQuery> = {
  archive: ({ reader }) => ({
    meterPoints: reader.all(allMeterPoints, {}).map(meterPointOf),
    meters: reader.all(allMeters, {}).map(meterOf),
    accounts: reader.all(allAccounts, {}).map(accountOf),
  }),
  meter({ reader }, { meterId }) {
    const row = reader.first(meterById, { id: meterId });
    return row && viewOf(reader, row);
  },
  meters({ reader }, ask) {
    const page = { after: ask.cursor ?? '', limit: ask.limit + 1 };
    const rows = ask.lineId === undefined ? reader.all(metersAfter, page) : reader.all(metersOfLineAfter, { ...page, lineId: ask.lineId });
    return pageOf(
      rows,
      ask,
      ({ id }) => id,
      (row) => viewOf(reader, row),
    );
  },
  readings({ reader }, ask) {
    const [beforeAt = NEWEST, beforeId = NEWEST] = cursorNumbers(ask.cursor, [NEWEST, NEWEST]);
    const bounds = {
      from: BigInt(ask.from ?? -NEWEST),
      to: BigInt(ask.to ?? NEWEST),
      beforeAt: BigInt(beforeAt),
      beforeId: BigInt(beforeId),
    };
    const asked = { meterId: ask.meterId, ...bounds, limit: ask.limit + 1 };
    const rows =
      ask.register === undefined
        ? reader.all(readingsBefore, asked)
        : reader.all(readingsOfRegisterBefore, { ...asked, register: ask.register });
    return pageOf(rows, ask, (row) => `${row.measured_at}.${row.id}`, readingOf);
  },
  readingsAround({ reader }, { meterId, register, at }) {
    const asked = { meterId, register, at: BigInt(at) };
    const found = (row: Schema['readings'] | undefined) => (row === undefined ? undefined : readingOf(row));
    return {
      same: found(reader.first(readingAt, asked)),
      before: found(reader.first(goodReadingBefore, asked)),
      after: found(reader.first(goodReadingAfter, asked)),
    };
  },
  installedMeters({ reader }, { meterPointIds, meterIds }) {
    const places = new Set<string>([
      ...meterPointIds,
      ...meterIds.flatMap((id) => reader.all(placesOfMeter, { id }).map(({ meter_point_id }) => meter_point_id)),
    ]);
    return [...places].sort().map((id) => ({
      meterPointId: asId<MeterPointId>(id),
      spans: reader.all(meterSpansOf, { id }).map(spanOf),
      version: Number(reader.first(versionOf, { subject: `meterPoint:${id}` })?.version ?? 0n),
    }));
  },
  meterPointAt({ reader }, { meterId, at }) {
    const span = reader.first(spanAt, { meterId, at: BigInt(at) });
    return span && asId<MeterPointId>(span.meter_point_id);
  },
  chargePoints: ({ reader }, { meterIds, registers, cuts }) =>
    meterIds.flatMap((meterId) =>
      reader
        .all(registersRead, { meterId })
        .filter(({ register }) => (registers as readonly string[]).includes(register))
        .flatMap(({ register }) => pointsAround(reader, { meterId, register }, cuts)),
    ),
};

/** A cut that has a reading of its own needs no neighbours. */
function pointsAround(reader: Reader, of: { meterId: string; register: string }, cuts: readonly Instant[]): readonly ChargePoint[] {
  const rows = new Map<bigint, Schema['readings']>();
  const add = (row: Schema['readings'] | undefined) => {
    if (row !== undefined) rows.set(row.id, row);
    return row !== undefined;
  };
  for (const cut of cuts) {
    const asked = { ...of, at: BigInt(cut) };
    if (add(reader.first(goodReadingAt, asked))) continue;
    add(reader.first(goodReadingBefore, asked));
    add(reader.first(goodReadingAfter, asked));
  }
  add(reader.first(goodReadingBefore, { ...of, at: BigInt(NEWEST) }));
  return [...rows.values()]
    .map(readingOf)
    .map(({ meterId, register, measuredAt, value }) => ({ meterId, register, at: measuredAt, value }));
}

function viewOf(reader: Reader, row: Schema['meters']): MeterView {
  const meter = meterOf(row);
  const point = reader.first(meterPointById, { id: row.meter_point_id });
  if (point === undefined) throw new AppError('invariant-violated', 'a meter hangs at no meter point', { meterId: meter.id });
  return { meter, meterPoint: meterPointOf(point), relay: readRelay(reader, meter.id), latestReadings: readNewest(reader, meter.id) };
}

export const readRelay = (reader: Reader, meterId: MeterId) => relayOf(meterId, reader.first(relayByMeter, { id: meterId }));

/** Of each register the newest reading, newest first. */
export const readNewest = (reader: Reader, meterId: MeterId): readonly Reading[] => reader.all(newestReadings, { meterId }).map(readingOf);

/** Of each register whose newest reading is not good, the newest that is: what the next one is judged against. */
export const readNewestGood = (reader: Reader, meterId: MeterId): readonly Reading[] =>
  reader.all(newestGoodReadings, { meterId }).map(readingOf);
