import { chargedTo } from '../../../core/ledger/charged.ts';
import { chargesOf } from '../../../core/model/charge-key.ts';
import type { LedgerAccount, Posting } from '../../../core/model/journal.ts';
import { money } from '../../../kernel/units.ts';
import type { Reader } from '../connection.ts';
import { question } from '../question.ts';
import type { Answers } from './answer.ts';

const sumsOfKeys = question<{ from: string; to: string }>()((db, asked) =>
  db
    .selectFrom('entries')
    .innerJoin('postings', 'postings.entry_seq', 'entries.seq')
    .innerJoin('ledger_accounts', 'ledger_accounts.id', 'postings.account_id')
    .select((of) => ['ledger_accounts.name', of.fn.sum<bigint>('postings.amount').as('amount')])
    .where('entries.key', '>=', asked.from)
    .where('entries.key', '<', asked.to)
    .groupBy('ledger_accounts.name'),
);

/**
 * What the charges of a billing period have posted together, to each account.
 *
 * @param charges what their keys begin with, up to a colon
 */
export const postedByCharges = (reader: Reader, charges: string): readonly Posting[] =>
  reader
    .all(sumsOfKeys, { from: charges, to: charges.replace(/:$/, ';') })
    .map(({ name, amount }) => ({ account: name as LedgerAccount, amount: money(amount) }));

export const chargeAnswers: Answers<'chargedSoFar'> = {
  chargedSoFar: ({ reader }, { accountId, meterPointId, periodId }) =>
    chargedTo(accountId, postedByCharges(reader, chargesOf(meterPointId, periodId))),
};
