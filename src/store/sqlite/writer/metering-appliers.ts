import { isCustomer } from '../../../core/model/journal.ts';
import type { Reading } from '../../../core/model/reading.ts';
import { formatInstant } from '../../../kernel/clock.ts';
import { energy, formatEnergy } from '../../../kernel/units.ts';
import { accrualText } from '../encoding/accrual-text.ts';
import type { Appliers, FactOf, WriterContext } from './applier.ts';

type MeteringKind = 'reading' | 'readingEntered' | 'accrual' | 'relayReport' | 'relayDesired' | 'telemetry';

export function createMeteringAppliers(context: WriterContext): Appliers<MeteringKind> {
  return {
    ...createReadingAppliers(context),
    accrual: createAccrualApplier(context),
    ...createRelayAppliers(context),
    // Written to its own file before the batch.
    telemetry: () => undefined,
  };
}

function createReadingAppliers({ database, seal }: WriterContext): Appliers<'reading' | 'readingEntered'> {
  // What a register said at an instant is said once, however often it is delivered.
  const insert = database.prepare(
    `insert into readings (meter_id, register, value, measured_at, heard_at, quality, reason) select ?, ?, ?, ?, ?, ?, ?
     where not exists (select 1 from readings where meter_id = ? and measured_at = ? and register = ?)`,
  );
  // A reading that is filled in later is no newer for it.
  const note = database.prepare(
    `insert into latest_readings as latest (meter_id, register, newest_id, newest_at, good_id, good_at) values (?, ?, ?, ?, ?, ?)
     on conflict (meter_id, register) do update set
       newest_id = iif(excluded.newest_at >= newest_at, excluded.newest_id, newest_id),
       newest_at = max(excluded.newest_at, newest_at),
       good_id = iif(excluded.good_at >= coalesce(latest.good_at, excluded.good_at), excluded.good_id, latest.good_id),
       good_at = iif(excluded.good_at >= coalesce(latest.good_at, excluded.good_at), excluded.good_at, latest.good_at)`,
  );
  const before = database
    .prepare<[string, bigint, string], { readonly id: bigint; readonly value: bigint }>(
      'select id, value from readings where meter_id = ? and measured_at = ? and register = ?',
    )
    .safeIntegers(true);
  const correct = database.prepare('update readings set value = ?, heard_at = ?, quality = ?, reason = ? where id = ?');
  const take = ({ meterId, register, value, measuredAt, heardAt, quality, reason }: Reading): bigint | number | undefined => {
    const inserted = insert.run(meterId, register, value, measuredAt, heardAt, quality, reason, meterId, measuredAt, register);
    return inserted.changes === 0 ? undefined : inserted.lastInsertRowid;
  };
  const noted = ({ meterId, register, measuredAt, quality }: Reading, id: bigint | number) => {
    const isGood = quality === 'good';
    note.run(meterId, register, id, measuredAt, isGood ? id : null, isGood ? measuredAt : null);
  };
  return {
    reading({ reading }) {
      const id = take(reading);
      if (id !== undefined) noted(reading, id);
      return undefined;
    },
    readingEntered({ reading, actor, reason }) {
      const { meterId, register, value, measuredAt, heardAt, quality } = reading;
      const stood = before.get(meterId, BigInt(measuredAt), register);
      if (stood !== undefined) correct.run(value, heardAt, quality, reading.reason, stood.id);
      const id = stood?.id ?? take(reading);
      if (id !== undefined) noted(reading, id);
      seal.record({
        at: heardAt,
        type: 'reading.entered',
        actor,
        subject: `meter:${meterId}`,
        data: {
          register,
          measuredAt: formatInstant(measuredAt),
          value: formatEnergy(value),
          before: stood === undefined ? null : formatEnergy(energy(stood.value)),
          reason,
        },
      });
      return undefined;
    },
  };
}

function createAccrualApplier({ database, versions }: WriterContext) {
  const replace = database.prepare(
    `insert into accruals (meter_point_id, accrued, business_day, next_bill_at, body) values (?, ?, ?, ?, ?)
     on conflict (meter_point_id) do update set accrued = excluded.accrued, business_day = excluded.business_day, 
       next_bill_at = excluded.next_bill_at, body = excluded.body`,
  );
  return (fact: FactOf<'accrual'>) => {
    // What is owed and not what is taken from money that is there makes nothing less available.
    const { meterPointId, payer, accrued, businessDay, nextBillAt } = fact.accrual;
    const text = 'text' in fact ? fact.text : accrualText(fact.accrual);
    replace.run(meterPointId, isCustomer(payer) ? accrued : 0n, businessDay, nextBillAt, text);
    versions.raise(`accrual:${meterPointId}`);
    return undefined;
  };
}

function createRelayAppliers({ database, seal, versions, now }: WriterContext): Appliers<'relayReport' | 'relayDesired'> {
  const reportedBefore = database.prepare<[string], string>('select reported from relays where meter_id = ?').pluck();
  // What was read before the newest report says nothing of the relay now. A report of the future was read before the clock was set back.
  const report = database.prepare(
    `insert into relays (meter_id, reported, reported_at, evidence, keep_power, load_side) values (?, ?, ?, ?, ?, ?)
     on conflict (meter_id) do update set reported = excluded.reported, reported_at = excluded.reported_at,
       evidence = excluded.evidence, keep_power = excluded.keep_power, load_side = excluded.load_side
     where relays.reported_at is null or relays.reported_at <= excluded.reported_at or relays.reported_at > ?`,
  );
  const desire = database.prepare(
    `insert into relays (meter_id, desired, reported, load_side) values (?, ?, 'unknown', 'silent')
     on conflict (meter_id) do update set desired = excluded.desired`,
  );
  return {
    relayReport({ meterId, report: { relay, evidence, keepPower, readAt }, loadSide }) {
      const from = reportedBefore.get(meterId) ?? 'unknown';
      const stored = report.run(meterId, relay, readAt, evidence, keepPower === undefined ? null : Number(keepPower), loadSide, now());
      if (stored.changes === 0 || from === relay) return undefined;
      seal.record({
        at: readAt,
        type: 'relay.changed',
        subject: `meter:${meterId}`,
        data: { meterId, from, to: relay, evidence, loadSide },
      });
      return undefined;
    },
    relayDesired({ meterId, desired, at }) {
      desire.run(meterId, desired);
      versions.raise(`meter:${meterId}`);
      seal.record({ at, type: 'relay.desired', subject: `meter:${meterId}`, data: { meterId, desired, at: formatInstant(at) } });
      return undefined;
    },
  };
}
