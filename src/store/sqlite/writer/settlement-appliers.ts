import { formatInstant } from '../../../kernel/clock.ts';
import { formatMoney } from '../../../kernel/units.ts';
import { billText } from '../encoding/bill-text.ts';
import { type Appliers, conflict, type WriterContext } from './applier.ts';

/** Bills get their numbers here: whoever writes alone leaves no gap. */
export function createSettlementAppliers({ database, seal, versions }: WriterContext): Appliers<'bill' | 'review' | 'reviewed'> {
  const last = database.prepare<[], number>('select coalesce(max(ordinal), 0) from bills').pluck();
  const insert = database.prepare(
    `insert into bills (ordinal, id, number, kind, meter_point_id, account_id, period_id, to_at, month, total, corrects, body)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
  );
  const ask = database.prepare(
    `insert into reviews (meter_point_id, asked_seq, reason) values (?, ?, ?)
     on conflict (meter_point_id) do update set asked_seq = excluded.asked_seq, reason = excluded.reason`,
  );
  const done = database.prepare('delete from reviews where meter_point_id = ? and asked_seq <= ?');
  return {
    bill({ bill }) {
      const { id, kind, meterPointId, accountId, periodId, to, month, total, corrects = null, issuedAt } = bill;
      const ordinal = (last.get() ?? 0) + 1;
      const number = `${month.replace('-', '')}-${String(ordinal).padStart(8, '0')}`;
      const row = [ordinal, id, number, kind, meterPointId, accountId, periodId, to, month, total, corrects, billText(bill)];
      if (insert.run(row).changes === 0) return conflict(`bill:${meterPointId}`);
      versions.raise(`bill:${meterPointId}`);
      const data = { id, number, kind, accountId, periodId, to: formatInstant(to), total: formatMoney(total), corrects };
      seal.record({ at: issuedAt, type: `bill.${kind === 'credit' ? 'credited' : 'issued'}`, subject: `meterPoint:${meterPointId}`, data });
      return undefined;
    },
    review({ meterPointId, at, reason }) {
      const seq = seal.record({ at, type: 'settlement.review', subject: `meterPoint:${meterPointId}`, data: { reason } });
      ask.run(meterPointId, seq, reason);
      return undefined;
    },
    reviewed({ meterPointId, askedSeq }) {
      done.run(meterPointId, askedSeq);
      return undefined;
    },
  };
}
