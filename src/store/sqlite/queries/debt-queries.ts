/** Debts that lie beside own money which may pay them. */
import { sql } from 'kysely';
import { paysBefore, supplyAt } from '../../../core/archive/in-force.ts';
import { paidFromOwn } from '../../../core/ledger/buckets.ts';
import { subjectOf } from '../../../core/model/archive.ts';
import type { PaidDebts } from '../../../core/model/funds.ts';
import { receivableAccount } from '../../../core/model/journal.ts';
import type { AccountView, DebtBesideMoney } from '../../../core/ports/queries.ts';
import type { Instant } from '../../../kernel/clock.ts';
import { type AccountId, asId } from '../../../kernel/ids.ts';
import { type Money, money, NO_MONEY, subtractMoney } from '../../../kernel/units.ts';
import type { Reader } from '../connection.ts';
import { parseAccrual } from '../encoding/accrual-text.ts';
import { question } from '../question.ts';
import { readAccount } from './account-queries.ts';
import type { Answers } from './answer.ts';
import { readBelieved, versionOf } from './archive-queries.ts';
import { unbilledOf } from './bill-queries.ts';

/** Of two postings in one entry either is looked at: what is found is looked at again. */
const owingWithMoney = question<{ from: string; to: string; length: number }>()((db, asked) =>
  db
    .selectFrom('ledger_accounts as debt')
    .innerJoin('heads as owed', 'owed.account_id', 'debt.id')
    .innerJoin('postings as owing', (join) =>
      join.onRef('owing.entry_seq', '=', 'owed.last_entry').onRef('owing.account_id', '=', 'owed.account_id'),
    )
    .innerJoin('ledger_accounts as own', (join) =>
      join.on('own.name', '=', sql<string>`'customer:' || substr(debt.name, ${asked.length} + 1)`),
    )
    .innerJoin('heads as had', 'had.account_id', 'own.id')
    .innerJoin('postings as having', (join) =>
      join.onRef('having.entry_seq', '=', 'had.last_entry').onRef('having.account_id', '=', 'had.account_id'),
    )
    .select(sql<string>`substr(debt.name, ${asked.length} + 1)`.as('id'))
    .where('debt.name', '>=', asked.from)
    .where('debt.name', '<', asked.to)
    .where('owing.balance_after', '<', 0n)
    .where('having.balance_after', '>', 0n),
);
const placesOf = question<{ id: string }>()((db, asked) =>
  db
    .selectFrom('meter_points')
    .leftJoin('accruals', 'accruals.meter_point_id', 'meter_points.id')
    .select(['meter_points.id', 'accruals.body'])
    .where('meter_points.account_id', '=', asked.id),
);
const PAYING = sql<string>`accruals.body ->> '$.accountId'`;
/** Places whose open period goes to another account than theirs: a contract has named it since they were configured. */
const placesOfOthers = question()((db) =>
  db
    .selectFrom('accruals')
    .innerJoin('meter_points', 'meter_points.id', 'accruals.meter_point_id')
    .select(['meter_points.id', 'accruals.body', PAYING.as('account_id')])
    .where(PAYING, '<>', sql.ref<string>('meter_points.account_id')),
);

export const debtAnswers: Answers<'debtsBesideMoney'> = {
  debtsBesideMoney({ reader }, { now, limit }) {
    const found: DebtBesideMoney[] = [];
    const ids = owing(reader);
    const others = Map.groupBy(ids.length === 0 ? [] : reader.all(placesOfOthers, {}), ({ account_id }) => account_id);
    for (const accountId of ids) {
      if (found.length === limit) break;
      const account = readAccount(reader, accountId);
      const places = [...reader.all(placesOf, { id: accountId }), ...(others.get(accountId) ?? [])];
      const paid = account && payable(reader, account.view, suppliedBy(reader, accountId, places), now);
      if (account === undefined || paid === undefined) continue;
      const raised = reader.first(versionOf, { subject: `account:${accountId}` })?.version ?? 0n;
      found.push({ accountId, version: Number(raised) + account.lastEntry, paid });
    }
    return found;
  },
};

function owing(reader: Reader): readonly AccountId[] {
  const ids = ['receivable', 'late-fee'].flatMap((kind) =>
    reader.all(owingWithMoney, { from: `${kind}:`, to: `${kind};`, length: kind.length + 1 }).map(({ id }) => id),
  );
  return [...new Set(ids)].sort().map((id) => asId<AccountId>(id));
}

/** A place that an account pays for now, and what of its debt there no bill has asked for yet. */
interface Supplied {
  readonly id: string;
  readonly unbilled: Money;
}

/** What own money pays at once; undefined where there is nothing, or where it is kept for use to come. */
function payable(
  reader: Reader,
  { account, balance, held, funds }: AccountView,
  places: readonly Supplied[],
  now: Instant,
): PaidDebts | undefined {
  const free = subtractMoney(balance, held);
  if (free <= NO_MONEY) return undefined;
  if (account.state === 'open' && places.some(({ id }) => prepays(reader, id, now))) return undefined;
  const paid = paidFromOwn(free, funds, money(places.reduce((sum, { unbilled }) => sum + unbilled, 0n)));
  return paid.receivable === NO_MONEY && paid.lateFee === NO_MONEY ? undefined : paid;
}

const suppliedBy = (
  reader: Reader,
  accountId: AccountId,
  places: readonly { readonly id: string; readonly body: string | null }[],
): readonly Supplied[] =>
  places.map(({ id, body }) => {
    const accrual = body === null ? undefined : parseAccrual(body);
    return { id, unbilled: accrual?.payer === receivableAccount(accountId) ? unbilledOf(reader, accrual) : NO_MONEY };
  });

const prepays = (reader: Reader, meterPointId: string, now: Instant): boolean =>
  paysBefore(supplyAt(subjectOf('meterPoint', meterPointId), now, (subject) => readBelieved(reader, subject)));
