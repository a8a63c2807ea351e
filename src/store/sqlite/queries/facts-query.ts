/** Everything about one meter point that a reading, a decision or a command rests on. */

import { type ArchiveSubject, type AspectValues, type DatedFact, refersTo, subjectOf } from '../../../core/model/archive.ts';
import type { Expectation } from '../../../core/model/expectation.ts';
import type { LimiterCounts } from '../../../core/model/limiter.ts';
import { SITE } from '../../../core/model/mark.ts';
import type { MeterPoint } from '../../../core/model/meter.ts';
import type { MeterPointFacts } from '../../../core/ports/queries.ts';
import { type Instant, plusMs } from '../../../kernel/clock.ts';
import type { AccountId, MeterId } from '../../../kernel/ids.ts';
import type { Reader } from '../connection.ts';
import { parseAccrual } from '../encoding/accrual-text.ts';
import { ENDED, literal, question } from '../question.ts';
import { readAccount } from './account-queries.ts';
import type { Answers } from './answer.ts';
import { readBelieved } from './archive-queries.ts';
import { meterPointById, meterSpansOf, readNewest, readNewestGood, readRelay } from './meter-queries.ts';
import { caseOf, commandOf, crossingOf, markOf, meterOf, meterPointOf, noticeOf, spanOf } from './rows.ts';

type OfPoint = { readonly id: string };

const meterAtPoint = question<OfPoint>()((db, asked) => db.selectFrom('meters').selectAll().where('meter_point_id', '=', asked.id));
const accrualOf = question<OfPoint>()((db, asked) => db.selectFrom('accruals').select('body').where('meter_point_id', '=', asked.id));
const openCommandsOf = question<OfPoint>()((db, asked) =>
  db.selectFrom('commands').selectAll().where('meter_point_id', '=', asked.id).where('state', 'not in', ENDED).orderBy('seq'),
);
const lastOpeningOf = question<OfPoint>()((db, asked) =>
  db
    .selectFrom('commands')
    .selectAll()
    .where('meter_point_id', '=', asked.id)
    .where('action', '=', 'trip')
    .where('state', 'in', ['confirmed', 'failed', 'unknown'])
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('commands as restore')
            .select('restore.id')
            .whereRef('restore.meter_point_id', '=', 'commands.meter_point_id')
            .whereRef('restore.seq', '>', 'commands.seq')
            .where('restore.action', 'in', ['arm', 'close'])
            .where('restore.state', '=', 'confirmed'),
        ),
      ),
    )
    .orderBy('seq', 'desc')
    .limit(1),
);
const crossingOfPoint = question<OfPoint>()((db, asked) => db.selectFrom('crossings').selectAll().where('meter_point_id', '=', asked.id));
const noticesOf = question<OfPoint & { readonly crossing: bigint }>()((db, asked) =>
  db.selectFrom('notices').selectAll().where('meter_point_id', '=', asked.id).where('crossing', '=', asked.crossing).orderBy('seq'),
);
const marksOn = question<{ account: string; meterPoint: string; meter: string }>()((db, asked) =>
  db.selectFrom('marks').selectAll().where('subject', 'in', [asked.account, asked.meterPoint, asked.meter, SITE]),
);
const allMarks = question()((db) => db.selectFrom('marks').selectAll().orderBy('subject').orderBy('kind'));
const openCasesOf = question<OfPoint>()((db, asked) =>
  db.selectFrom('cases').selectAll().where('meter_point_id', '=', asked.id).where('closed_at', 'is', null).orderBy('seq'),
);
/** The last trip frame of each other meter point: a frame that had to be sent again is no second household. */
const tripsElsewhere = question<{ since: bigint; id: string }>()((db, asked) =>
  db
    .selectFrom('command_moves')
    .innerJoin('commands', 'commands.id', 'command_moves.command_id')
    .innerJoin('meter_points', 'meter_points.id', 'commands.meter_point_id')
    .select((of) => [of.fn.max('command_moves.at').as('at'), 'meter_points.feeder'])
    .where('command_moves.to_state', '=', literal('sent'))
    .where('commands.action', '=', 'trip')
    .where('command_moves.at', '>=', asked.since)
    .where('commands.meter_point_id', '!=', asked.id)
    .groupBy(['commands.meter_point_id', 'meter_points.feeder']),
);
const meterCount = question()((db) => db.selectFrom('meters').select((of) => of.fn.countAll<bigint>().as('count')));
const meterCountOnFeeder = question<{ feeder: string }>()((db, asked) =>
  db
    .selectFrom('meter_points')
    .innerJoin('meters', 'meters.meter_point_id', 'meter_points.id')
    .select((of) => of.fn.countAll<bigint>().as('count'))
    .where('meter_points.feeder', '=', asked.feeder),
);
const versionsOf = question<{ account: string; accrual: string; meterPoint: string; meter: string }>()((db, asked) =>
  db
    .selectFrom('versions')
    .selectAll()
    .where('subject', 'in', [asked.account, asked.accrual, asked.meterPoint, asked.meter, SITE, 'limiter']),
);

const MINUTE_MS = 60_000;

export const factsAnswers: Answers<'meterPointFacts' | 'marks'> = {
  marks: ({ reader }) => reader.all(allMarks, {}).map(markOf),
  meterPointFacts({ reader }, { meterPointId, now, dayStart }) {
    const id = meterPointId;
    const point = reader.first(meterPointById, { id });
    const meterRow = reader.first(meterAtPoint, { id });
    if (point === undefined || meterRow === undefined) return undefined;
    const meterPoint = meterPointOf(point);
    const meter = meterOf(meterRow);
    const account = readAccount(reader, meterPoint.accountId);
    if (account === undefined) return undefined;
    const accrual = reader.first(accrualOf, { id });
    const lastOpening = reader.first(lastOpeningOf, { id });
    return {
      meterPoint,
      meter,
      account: account.view,
      accrual: accrual && parseAccrual(accrual.body),
      meterSpans: reader.all(meterSpansOf, { id }).map(spanOf),
      latestReadings: [...readNewest(reader, meter.id), ...readNewestGood(reader, meter.id)],
      relay: readRelay(reader, meter.id),
      openCommands: reader.all(openCommandsOf, { id }).map(commandOf),
      lastOpening: lastOpening && commandOf(lastOpening),
      ...readCrossing(reader, id),
      marks: readMarks(reader, meterPoint, meter.id),
      openCases: reader.all(openCasesOf, { id }).map(caseOf),
      archive: readSupply(reader, id),
      limiter: countTrips(reader, meterPoint, now, dayStart),
      versions: readVersions(reader, meterPoint, meter.id, account.lastEntry),
    };
  },
};

/** The meter point with every contract and customer that it ever had, and every district that it lay in: bills look back. */
function readSupply(reader: Reader, id: string): readonly DatedFact[] {
  const facts: DatedFact[] = [];
  const subjects = new Set<ArchiveSubject>([subjectOf('meterPoint', id)]);
  // What is added on the way is come to in its turn.
  for (const subject of subjects) {
    for (const fact of readBelieved(reader, subject)) {
      facts.push(fact);
      for (const next of [refersTo(fact), districtOf(fact)]) if (next !== undefined) subjects.add(next);
    }
  }
  return facts;
}

function districtOf({ aspect, value }: DatedFact): ArchiveSubject | undefined {
  const district = aspect === 'place' ? (value as AspectValues['place']).district : undefined;
  return district === undefined ? undefined : subjectOf('district', district);
}

function readCrossing(reader: Reader, id: string): Pick<MeterPointFacts, 'crossing' | 'notices'> {
  const crossing = reader.first(crossingOfPoint, { id });
  if (crossing === undefined) return { crossing: undefined, notices: [] };
  return { crossing: crossingOf(crossing), notices: reader.all(noticesOf, { id, crossing: crossing.number }).map(noticeOf) };
}

function readMarks(reader: Reader, { id, accountId }: MeterPoint, meterId: MeterId) {
  return reader.all(marksOn, { account: accountSubject(accountId), meterPoint: `meterPoint:${id}`, meter: `meter:${meterId}` }).map(markOf);
}

function countTrips(reader: Reader, { id, feeder }: MeterPoint, now: Instant, dayStart: Instant): LimiterCounts {
  const minuteAgo = plusMs(now, -MINUTE_MS);
  const sent = reader.all(tripsElsewhere, { since: BigInt(Math.min(minuteAgo, dayStart)), id });
  const today = sent.filter(({ at }) => at >= dayStart);
  return {
    sentLastMinute: sent.filter(({ at }) => at > minuteAgo).length,
    sentOnFeederToday: today.filter((trip) => trip.feeder === feeder).length,
    sentToday: today.length,
    metersOnFeeder: Number(reader.first(meterCountOnFeeder, { feeder })?.count ?? 0n),
    meters: Number(reader.first(meterCount, {})?.count ?? 0n),
  };
}

function readVersions(reader: Reader, { id, accountId }: MeterPoint, meterId: MeterId, lastEntry: number): readonly Expectation[] {
  const account = accountSubject(accountId);
  const subjects = { account, accrual: `accrual:${id}`, meterPoint: `meterPoint:${id}`, meter: `meter:${meterId}` };
  const raised = new Map(reader.all(versionsOf, subjects).map(({ subject, version }) => [subject, Number(version)]));
  return [...Object.values(subjects), SITE, 'limiter'].map((subject) => ({
    subject,
    version: (raised.get(subject) ?? 0) + (subject === account ? lastEntry : 0),
  }));
}

const accountSubject = (accountId: AccountId): string => `account:${accountId}`;
