import { formatInstant } from '../../../kernel/clock.ts';
import { accrualText } from '../encoding/accrual-text.ts';
import type { Appliers, FactOf, WriterContext } from './applier.ts';

type MeteringKind = 'reading' | 'accrual' | 'relayReport' | 'relayDesired' | 'telemetry';

export function createMeteringAppliers(context: WriterContext): Appliers<MeteringKind> {
  return {
    reading: createReadingApplier(context),
    accrual: createAccrualApplier(context),
    ...createRelayAppliers(context),
    // Written to its own file before the batch.
    telemetry: () => undefined,
  };
}

function createReadingApplier({ database }: WriterContext) {
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
  return ({ reading: { meterId, register, value, measuredAt, heardAt, quality, reason } }: FactOf<'reading'>) => {
    const inserted = insert.run(meterId, register, value, measuredAt, heardAt, quality, reason, meterId, measuredAt, register);
    if (inserted.changes === 0) return undefined;
    const id = inserted.lastInsertRowid;
    const isGood = quality === 'good';
    note.run(meterId, register, id, measuredAt, isGood ? id : null, isGood ? measuredAt : null);
    return undefined;
  };
}

function createAccrualApplier({ database, versions }: WriterContext) {
  const replace = database.prepare(
    `insert into accruals (meter_point_id, accrued, body) values (?, ?, ?)
     on conflict (meter_point_id) do update set accrued = excluded.accrued, body = excluded.body`,
  );
  return ({ accrual }: FactOf<'accrual'>) => {
    replace.run(accrual.meterPointId, accrual.accrued, accrualText(accrual));
    versions.raise(`accrual:${accrual.meterPointId}`);
    return undefined;
  };
}

function createRelayAppliers({ database, seal, versions }: WriterContext): Appliers<'relayReport' | 'relayDesired'> {
  const reportedBefore = database.prepare<[string], string>('select reported from relays where meter_id = ?').pluck();
  const report = database.prepare(
    `insert into relays (meter_id, reported, reported_at, evidence, keep_power, load_side) values (?, ?, ?, ?, ?, ?)
     on conflict (meter_id) do update set reported = excluded.reported, reported_at = excluded.reported_at,
       evidence = excluded.evidence, keep_power = excluded.keep_power, load_side = excluded.load_side`,
  );
  const desire = database.prepare(
    `insert into relays (meter_id, desired, reported, load_side) values (?, ?, 'unknown', 'silent')
     on conflict (meter_id) do update set desired = excluded.desired`,
  );
  return {
    relayReport({ meterId, report: { relay, evidence, keepPower, readAt }, loadSide }) {
      const from = reportedBefore.get(meterId) ?? 'unknown';
      report.run(meterId, relay, readAt, evidence, keepPower === undefined ? null : Number(keepPower), loadSide);
      if (from === relay) return undefined;
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
