import { type Kysely, sql } from 'kysely';
import type { Accrual } from '../../../core/model/accrual.ts';
import type { NumberedBill } from '../../../core/model/issued-bill.ts';
import type { CollectedBill } from '../../../core/model/standing.ts';
import type { Queries } from '../../../core/ports/queries.ts';
import { asId, type MeterPointId } from '../../../kernel/ids.ts';
import { type Money, money, NO_MONEY } from '../../../kernel/units.ts';
import type { Reader } from '../connection.ts';
import { parseAccrual } from '../encoding/accrual-text.ts';
import { parseBill } from '../encoding/bill-text.ts';
import { literal, question } from '../question.ts';
import type { Schema } from '../schema.ts';
import type { Answers } from './answer.ts';
import { cursorNumbers, NEWEST, pageOf } from './paging.ts';

type ListAsk = { readonly before: bigint; readonly limit: number };
const newestFirst = (db: Kysely<Schema>, asked: ListAsk) =>
  db
    .selectFrom('bills')
    .select(['ordinal', 'number', 'body'])
    .where('ordinal', '<', asked.before)
    .orderBy('ordinal', 'desc')
    .limit(asked.limit);

const allBills = question<ListAsk>()(newestFirst);
const billsOfPointBefore = question<ListAsk & { readonly point: string }>()((db, asked) =>
  newestFirst(db, asked).where('meter_point_id', '=', asked.point),
);
const billsOfAccountBefore = question<ListAsk & { readonly account: string }>()((db, asked) =>
  newestFirst(db, asked).where('account_id', '=', asked.account),
);
const billsOfMonthBefore = question<ListAsk & { readonly month: string }>()((db, asked) =>
  newestFirst(db, asked).where('month', '=', asked.month),
);
/** Of a month those that stand and are not final. */
const openBillsBefore = question<ListAsk & { readonly month: string }>()((db, asked) =>
  newestFirst(db, asked)
    .where('month', '=', asked.month)
    .where('kind', '=', literal('bill'))
    .where('body', 'not like', literal('%"provisional":[]%'))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('bills as credit')
            .select('credit.id')
            .whereRef('credit.corrects', '=', 'bills.id')
            .where('credit.kind', '=', literal('credit')),
        ),
      ),
    ),
);
const billByNumber = question<{ number: string }>()((db, asked) =>
  db.selectFrom('bills').select(['number', 'body']).where('number', '=', asked.number),
);
const billsOfPoint = question<{ point: string }>()((db, asked) =>
  db.selectFrom('bills').select(['number', 'body']).where('meter_point_id', '=', asked.point).orderBy('ordinal'),
);
const reviewsAsked = question<{ limit: number }>()((db, asked) =>
  db.selectFrom('reviews').selectAll().orderBy('meter_point_id').limit(asked.limit),
);
const unposted = question<{ before: string; after: string; limit: number }>()((db, asked) =>
  db
    .selectFrom('accruals')
    .leftJoin('versions', (join) => join.on('versions.subject', '=', sql<string>`'accrual:' || accruals.meter_point_id`))
    .select(['accruals.body', 'versions.version'])
    .where('accruals.business_day', '<', asked.before)
    .where('accruals.meter_point_id', '>', asked.after)
    .orderBy('accruals.meter_point_id')
    .limit(asked.limit),
);
const due = question<{ now: bigint; limit: number }>()((db, asked) =>
  db
    .selectFrom('accruals')
    .innerJoin('meter_points', 'meter_points.id', 'accruals.meter_point_id')
    .innerJoin('accounts', 'accounts.id', 'meter_points.account_id')
    .select('accruals.body')
    .where('accounts.state', '=', literal('open'))
    .where('accruals.next_bill_at', '<=', asked.now)
    .orderBy('accruals.next_bill_at')
    .orderBy('accruals.meter_point_id')
    .limit(asked.limit),
);

const billsSince = question<{ since: string }>()((db, asked) =>
  db.selectFrom('bills').select(['number', 'body']).where('month', '>=', asked.since).orderBy('ordinal'),
);
const balancesLike = question<{ from: string; to: string }>()((db, asked) =>
  db
    .selectFrom('ledger_accounts')
    .innerJoin('heads', 'heads.account_id', 'ledger_accounts.id')
    .innerJoin('postings', (join) =>
      join.onRef('postings.entry_seq', '=', 'heads.last_entry').onRef('postings.account_id', '=', 'heads.account_id'),
    )
    .select(['ledger_accounts.name', 'postings.line', 'postings.balance_after'])
    .where('ledger_accounts.name', '>=', asked.from)
    .where('ledger_accounts.name', '<', asked.to)
    .orderBy('postings.line'),
);
const openAccruals = question()((db) => db.selectFrom('accruals').select('body'));
const instalmentsOf = question<{ point: string; period: string }>()((db, asked) =>
  db
    .selectFrom('bills')
    .select((of) => of.fn.coalesce(of.fn.sum<bigint>('total'), of.lit(0)).as('billed'))
    .where('meter_point_id', '=', asked.point)
    .where('period_id', '=', asked.period)
    .where('kind', '=', 'instalment'),
);

const billOf = ({ number, body }: Pick<Schema['bills'], 'number' | 'body'>): NumberedBill => ({ ...parseBill(body), number });

type BillQuery = 'collectionFacts' | 'bills' | 'bill' | 'billsOfPoint' | 'reviews' | 'unpostedAccruals' | 'dueAccruals';

export const billAnswers: Answers<BillQuery> = {
  bills({ reader }, ask) {
    const [before = NEWEST] = cursorNumbers(ask.cursor, [NEWEST]);
    const asked = { before: BigInt(before), limit: ask.limit + 1 };
    const { meterPointId: point, accountId: account, month } = ask;
    const rows =
      point !== undefined
        ? reader.all(billsOfPointBefore, { ...asked, point })
        : account !== undefined
          ? reader.all(billsOfAccountBefore, { ...asked, account })
          : month !== undefined
            ? reader.all(ask.provisional === true ? openBillsBefore : billsOfMonthBefore, { ...asked, month })
            : reader.all(allBills, asked);
    return pageOf(rows, ask, ({ ordinal }) => String(ordinal), billOf);
  },
  bill({ reader }, { number }) {
    const row = reader.first(billByNumber, { number });
    return row && billOf(row);
  },
  billsOfPoint: ({ reader }, { meterPointId }) => reader.all(billsOfPoint, { point: meterPointId }).map(billOf),
  collectionFacts: ({ reader }, { since }) => readCollection(reader, since),
  reviews: ({ reader }, { limit }) =>
    reader.all(reviewsAsked, { limit }).map(({ meter_point_id, asked_seq, reason }) => ({
      meterPointId: asId<MeterPointId>(meter_point_id),
      askedSeq: Number(asked_seq),
      reason,
    })),
  unpostedAccruals: ({ reader }, ask) =>
    reader.all(unposted, ask).map(({ body, version }) => ({ accrual: parseAccrual(body), version: Number(version ?? 0n) })),
  dueAccruals: ({ reader }, { now, limit }) => reader.all(due, { now: BigInt(now), limit }).map(({ body }) => parseAccrual(body)),
};

function readCollection(reader: Reader, since: string): Queries['collectionFacts']['answer'] {
  const standings = new Map<string, { position: Money; unbilled: Money }>();
  const standingOf = (accountId: string) => {
    const known = standings.get(accountId) ?? { position: NO_MONEY, unbilled: NO_MONEY };
    standings.set(accountId, known);
    return known;
  };
  for (const kind of ['customer', 'receivable']) {
    // Of two postings to an account in its newest entry the last one counts, and comes last.
    const balances = new Map(
      reader.all(balancesLike, { from: `${kind}:`, to: `${kind};` }).map((row) => [row.name.slice(kind.length + 1), row.balance_after]),
    );
    for (const [accountId, balance] of balances) {
      const standing = standingOf(accountId);
      standing.position = money(standing.position + balance);
    }
  }
  for (const accrual of reader.all(openAccruals, {}).map(({ body }) => parseAccrual(body))) {
    const standing = standingOf(accrual.accountId);
    standing.unbilled = money(standing.unbilled + unbilledOf(reader, accrual));
  }
  return { bills: reader.all(billsSince, { since }).map(billOf).map(collectedOf), standings };
}

/** What of a period was posted and no instalment has asked for; below zero where one has asked for more. */
export function unbilledOf(reader: Reader, { meterPointId, periodId, posted }: Accrual): Money {
  const billed = reader.first(instalmentsOf, { point: meterPointId, period: periodId })?.billed ?? 0n;
  return money(posted.reduce((sum, { customer }) => sum + customer, 0n) - BigInt(billed));
}

const collectedOf = ({
  id,
  corrects,
  number,
  kind,
  accountId,
  meterPointId,
  district,
  feeder,
  month,
  dueOn,
  total,
}: NumberedBill): CollectedBill => ({
  id,
  corrects,
  number,
  kind,
  accountId,
  meterPointId,
  district,
  feeder,
  month,
  dueOn,
  total,
});
