import Type, { type Static } from 'typebox';
import { ENTRY_KINDS, type LedgerAccount } from '../../core/model/journal.ts';
import type { StoredEntry } from '../../core/ports/queries.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { addMoney, formatMoney, NO_MONEY } from '../../kernel/units.ts';
import { instant, oneOf, orNull, text, textOrNull, yuan } from './fields.ts';

export const EntrySchema = Type.Object(
  {
    id: text('Id of the journal entry'),
    seq: Type.Integer({ description: 'Place in the journal' }),
    kind: oneOf(ENTRY_KINDS, 'What it books'),
    key: text('What makes it unique, for ever'),
    at: instant('When it was posted'),
    actor: text('Who posted it'),
    amount: yuan('What it adds to the asked account, negative where it takes'),
    balanceAfter: yuan('Balance of the asked account after it'),
    meterPointId: textOrNull('Of a charge'),
    businessDay: textOrNull('Of a charge, YYYY-MM-DD'),
    reverses: textOrNull('The entry that it undoes'),
    memo: text('What a charge rests on'),
    postings: Type.Array(Type.Object({ account: text('Account of the chart'), amount: yuan('Positive is credit') }), {
      description: 'They sum to zero',
    }),
  },
  { $id: 'Entry' },
);
export type EntryDto = Static<typeof EntrySchema>;

/** An entry as one ledger account sees it. */
export function toEntryDto(entry: StoredEntry, account: LedgerAccount): EntryDto {
  const { id, seq, kind, key, at, actor, balanceAfter, meterPointId, businessDay, reverses, memo, postings } = entry;
  const amount = postings.reduce((sum, posting) => (posting.account === account ? addMoney(sum, posting.amount) : sum), NO_MONEY);
  return {
    id,
    seq,
    kind,
    key,
    at: formatInstant(at),
    actor,
    amount: formatMoney(amount),
    balanceAfter: formatMoney(balanceAfter),
    meterPointId: orNull(meterPointId),
    businessDay: orNull(businessDay),
    reverses: orNull(reverses),
    memo,
    postings: postings.map((posting) => ({ account: posting.account, amount: formatMoney(posting.amount) })),
  };
}
