import { OWN_MONEY_ONLY } from '../../../core/ledger/buckets.ts';
import type { Funds } from '../../../core/model/funds.ts';
import { customerAccount, emergencyAccount, lateFeeAccount, promotionAccount, receivableAccount } from '../../../core/model/journal.ts';
import type { AccountView } from '../../../core/ports/queries.ts';
import type { AccountId, MeterPointId } from '../../../kernel/ids.ts';
import { asId } from '../../../kernel/ids.ts';
import { money } from '../../../kernel/units.ts';
import type { Reader } from '../connection.ts';
import { literal, question } from '../question.ts';
import type { Schema } from '../schema.ts';
import type { Answers } from './answer.ts';
import { pageOf } from './paging.ts';
import { accountOf, apiKeyOf } from './rows.ts';

const accountById = question<{ id: string }>()((db, asked) => db.selectFrom('accounts').selectAll().where('id', '=', asked.id));
const accountsAfter = question<{ after: string; limit: number }>()((db, asked) =>
  db.selectFrom('accounts').selectAll().where('id', '>', asked.after).orderBy('id').limit(asked.limit),
);
/** The newest posting of an account: of two in one entry the last. */
const newestPosting = question<{ name: string }>()((db, asked) =>
  db
    .selectFrom('ledger_accounts')
    .innerJoin('heads', 'heads.account_id', 'ledger_accounts.id')
    .innerJoin('postings', (join) =>
      join.onRef('postings.entry_seq', '=', 'heads.last_entry').onRef('postings.account_id', '=', 'heads.account_id'),
    )
    .select(['postings.entry_seq', 'postings.balance_after'])
    .where('ledger_accounts.name', '=', asked.name)
    .orderBy('postings.line', 'desc')
    .limit(1),
);
/** The accounts of a customer besides his own money: of two postings in one entry the last counts, and comes last. */
const otherBalances = question<{ promotion: string; emergency: string; receivable: string; lateFee: string }>()((db, asked) =>
  db
    .selectFrom('ledger_accounts')
    .innerJoin('heads', 'heads.account_id', 'ledger_accounts.id')
    .innerJoin('postings', (join) =>
      join.onRef('postings.entry_seq', '=', 'heads.last_entry').onRef('postings.account_id', '=', 'heads.account_id'),
    )
    .select(['ledger_accounts.name', 'postings.balance_after'])
    .where('ledger_accounts.name', 'in', [asked.promotion, asked.emergency, asked.receivable, asked.lateFee])
    .orderBy('postings.line'),
);
const creditTermsOf = question<{ id: string }>()((db, asked) =>
  db.selectFrom('credit_terms').selectAll().where('account_id', '=', asked.id),
);
const RECEIVABLE = 'receivable:';
const owing = question<{ since: bigint }>()((db, asked) =>
  db
    .selectFrom('ledger_accounts')
    .innerJoin('heads', 'heads.account_id', 'ledger_accounts.id')
    .innerJoin('entries', 'entries.seq', 'heads.last_entry')
    .innerJoin('postings', (join) =>
      join.onRef('postings.entry_seq', '=', 'heads.last_entry').onRef('postings.account_id', '=', 'heads.account_id'),
    )
    .select('ledger_accounts.name')
    .where('ledger_accounts.name', '>=', literal(RECEIVABLE))
    .where('ledger_accounts.name', '<', literal('receivable;'))
    .where((of) => of.or([of('postings.balance_after', '<', of.lit(0) as never), of('entries.at', '>=', asked.since)]))
    .orderBy('ledger_accounts.name'),
);
const heldOfAccount = question<{ id: string }>()((db, asked) =>
  db
    .selectFrom('holds')
    .select((of) => of.fn.coalesce(of.fn.sum<bigint>('amount'), of.lit(0)).as('held'))
    .where('account_id', '=', asked.id)
    .where('state', '=', literal('placed')),
);
const accruedOfAccount = question<{ id: string }>()((db, asked) =>
  db
    .selectFrom('meter_points')
    .leftJoin('accruals', 'accruals.meter_point_id', 'meter_points.id')
    .select(['meter_points.id', 'accruals.accrued'])
    .where('meter_points.account_id', '=', asked.id)
    .orderBy('meter_points.id'),
);
const idempotencyKey = question<{ key: string }>()((db, asked) =>
  db.selectFrom('idempotency_keys').select(['fingerprint', 'resource']).where('key', '=', asked.key),
);
const apiKeyByHash = question<{ hash: string }>()((db, asked) => db.selectFrom('api_keys').selectAll().where('hash', '=', asked.hash));
const apiKeys = question()((db) => db.selectFrom('api_keys').selectAll().orderBy('id'));

type AccountQuery = 'ledgerBalance' | 'owingAccounts' | 'account' | 'accounts' | 'idempotencyKey' | 'apiKeyByHash' | 'apiKeys';

export const accountAnswers: Answers<AccountQuery> = {
  ledgerBalance: ({ reader }, { account }) => money(reader.first(newestPosting, { name: account })?.balance_after ?? 0n),
  owingAccounts: ({ reader }, { movedSince }) => [
    ...new Set(reader.all(owing, { since: BigInt(movedSince) }).map(({ name }) => asId<AccountId>(name.slice(RECEIVABLE.length)))),
  ],
  account: ({ reader }, { accountId }) => readAccount(reader, accountId)?.view,
  accounts({ reader }, ask) {
    const rows = reader.all(accountsAfter, { after: ask.cursor ?? '', limit: ask.limit + 1 });
    return pageOf(
      rows,
      ask,
      ({ id }) => id,
      (row) => viewOf(reader, row).view,
    );
  },
  idempotencyKey: ({ reader }, { key }) => reader.first(idempotencyKey, { key }),
  apiKeyByHash({ reader }, { hash }) {
    const row = reader.first(apiKeyByHash, { hash });
    return row && apiKeyOf(row);
  },
  apiKeys: ({ reader }) => reader.all(apiKeys, {}).map(apiKeyOf),
};

interface VersionedAccount {
  readonly view: AccountView;
  /** What an account's version counts from: it moves with each posting, and with what `versions` adds. */
  readonly lastEntry: number;
}

export function readAccount(reader: Reader, accountId: AccountId): VersionedAccount | undefined {
  const row = reader.first(accountById, { id: accountId });
  return row && viewOf(reader, row);
}

function readFunds(reader: Reader, id: AccountId): Funds {
  const names = {
    promotion: promotionAccount(id),
    emergency: emergencyAccount(id),
    receivable: receivableAccount(id),
    lateFee: lateFeeAccount(id),
  };
  const rows = reader.all(otherBalances, names);
  const terms = reader.first(creditTermsOf, { id });
  if (rows.length === 0 && terms === undefined) return OWN_MONEY_ONLY;
  const balance = (name: string) => money(rows.findLast((row) => row.name === name)?.balance_after ?? 0n);
  return {
    promotion: balance(names.promotion),
    emergency: balance(names.emergency),
    emergencyLimit: money(terms?.emergency_limit ?? 0n),
    receivable: balance(names.receivable),
    lateFee: balance(names.lateFee),
    recoveryShare: Number(terms?.recovery_share ?? OWN_MONEY_ONLY.recoveryShare),
  };
}

function viewOf(reader: Reader, row: Schema['accounts']): VersionedAccount {
  const { id } = row;
  const newest = reader.first(newestPosting, { name: customerAccount(asId<AccountId>(id)) });
  const points = reader.all(accruedOfAccount, { id });
  const [point] = points;
  const view: AccountView = {
    account: accountOf(row),
    meterPointId: point && asId<MeterPointId>(point.id),
    balance: money(newest?.balance_after ?? 0n),
    funds: readFunds(reader, asId(id)),
    held: money(BigInt(reader.first(heldOfAccount, { id })?.held ?? 0n)),
    accrued: money(points.reduce((sum, { accrued }) => sum + (accrued ?? 0n), 0n)),
  };
  return { view, lastEntry: Number(newest?.entry_seq ?? 0n) };
}
