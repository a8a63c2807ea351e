import { BEGINNING } from '../../../core/model/archive.ts';
import type { Appliers, WriterContext } from './applier.ts';

/** An archive fact that equals what is stored changes nothing, raises nothing and leaves no record. */
export function createArchiveAppliers({
  database,
  seal,
  versions,
  now,
}: WriterContext): Appliers<'account' | 'meterPoint' | 'meter' | 'meterSpans'> {
  const account = database.prepare(replaceIfOther('accounts', ['id', 'state']));
  const meterPoint = database.prepare(
    replaceIfOther('meter_points', [
      'id',
      'account_id',
      'zone',
      'feeder',
      'current_ratio',
      'voltage_ratio',
      'max_power',
      'tariff',
      'rule_set',
      'restore_by',
      'agreement',
      'keep_power',
    ]),
  );
  const meter = database.prepare(replaceIfOther('meters', ['id', 'meter_point_id', 'line_id', 'protocol', 'address']));
  // One meter hangs at a point: what it replaces is taken down, its readings and commands stay.
  const takeDown = database
    .prepare<[string, string], string>('delete from meters where meter_point_id = ? and id <> ? returning id')
    .pluck();
  const hung = database.prepare<[string], { readonly from_at: number; readonly meter_id: string }>(
    'select from_at, meter_id from meter_spans where meter_point_id = ? and to_at is null',
  );
  const end = database.prepare('update meter_spans set to_at = ? where meter_point_id = ? and to_at is null');
  const hang = database.prepare('insert into meter_spans (meter_point_id, from_at, to_at, meter_id) values (?, ?, ?, ?)');
  /** The first meter of a place is taken to have hung there since ever; another one hangs from now on. */
  const hangs = (meterPointId: string, meterId: string): void => {
    const before = hung.get(meterPointId);
    if (before?.meter_id === meterId) return;
    const from = before === undefined ? BEGINNING : Math.max(now(), before.from_at + 1);
    end.run(from, meterPointId);
    hang.run(meterPointId, from, null, meterId);
  };
  const hangings = database.prepare<[string], { readonly meterId: string; readonly from: number }>(
    'select meter_id as meterId, from_at as "from" from meter_spans where meter_point_id = ? order by from_at',
  );
  const forget = database.prepare('delete from meter_spans where meter_point_id = ?');
  const changed = (subject: string, data: Readonly<Record<string, unknown>>) => {
    versions.raise(subject);
    seal.record({ at: now(), type: 'archive.changed', subject, data });
    return undefined;
  };
  return {
    account({ account: { id, state } }) {
      if (account.run(id, state).changes === 0) return undefined;
      return changed(`account:${id}`, { id, state });
    },
    meterPoint({ meterPoint: point }) {
      const { id, accountId, zone, feeder, currentRatio, voltageRatio, maxPower, tariff, ruleSet, restoreBy, agreement, keepPower } = point;
      const values = [
        id,
        accountId,
        zone,
        feeder,
        currentRatio,
        voltageRatio,
        maxPower,
        tariff,
        ruleSet,
        restoreBy,
        Number(agreement),
        Number(keepPower),
      ];
      if (meterPoint.run(values).changes === 0) return undefined;
      const exact = { currentRatio: String(currentRatio), voltageRatio: String(voltageRatio), maxPower: String(maxPower) };
      return changed(`meterPoint:${id}`, { ...point, ...exact });
    },
    meter({ meter: { id, meterPointId, lineId, protocol, address } }) {
      if (meter.run(id, meterPointId, lineId, protocol, address).changes === 0) return undefined;
      hangs(meterPointId, id);
      for (const removed of takeDown.all(meterPointId, id)) changed(`meter:${removed}`, { id: removed, removed: true });
      return changed(`meter:${id}`, { id, meterPointId, lineId, protocol, address });
    },
    meterSpans({ meterPointId, spans, actor, reason }) {
      const before = hangings.all(meterPointId);
      forget.run(meterPointId);
      for (const { meterId, from, to } of spans) hang.run(meterPointId, from, to ?? null, meterId);
      const meters = spans.map(({ meterId, from }) => ({ meterId, from }));
      return changed(`meterPoint:${meterPointId}`, { meters, before, actor, reason });
    },
  };
}

/** Inserts a row or replaces the one with its key; counts no change where they are equal. */
function replaceIfOther(table: string, [key = '', ...others]: readonly string[]): string {
  const columns = [key, ...others];
  return `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})
    on conflict (${key}) do update set ${others.map((column) => `${column} = excluded.${column}`).join(', ')}
    where ${others.map((column) => `${table}.${column} is not excluded.${column}`).join(' or ')}`;
}
