import Type, { type Static } from 'typebox';
import { ENTRY_KINDS, type JournalEntry, type LedgerAccount } from '../../core/model/journal.ts';
import type { StoredEntry } from '../../core/ports/queries.ts';
import { formatInstant } from '../../kernel/clock.ts';
import type { EntryId } from '../../kernel/ids.ts';
import { addMoney, formatMoney, type Money, NO_MONEY } from '../../kernel/units.ts';
import { instant, oneOf, orNull, text, textOrNull, yuan } from './fields.ts';

const booked = {
  id: text('Id of the journal entry'),
  seq: Type.Integer({ description: 'Place in the journal' }),
  kind: oneOf(ENTRY_KINDS, 'What it books'),
  key: text('What makes it unique, for ever'),
  at: instant('When it was posted'),
  actor: text('Who posted it'),
  meterPointId: textOrNull('Of a charge'),
  businessDay: textOrNull('Of a charge, YYYY-MM-DD'),
  reverses: textOrNull('The entry that it undoes'),
  memo: text('What a charge rests on, or why it was posted'),
  postings: Type.Array(Type.Object({ account: text('Account of the chart'), amount: yuan('Positive is credit') }), {
    description: 'They sum to zero',
  }),
};

export const EntrySchema = Type.Object(
  {
    ...booked,
    amount: yuan('What it adds to the asked account, negative where it takes'),
    balanceAfter: yuan('Balance of the asked account after it'),
  },
  { $id: 'Entry' },
);
export type EntryDto = Static<typeof EntrySchema>;

export const EntryDetailSchema = Type.Object(
  {
    ...booked,
    undone: yuan('What of it was undone since; of money in suspense, or given back by a reversal, all, once it was credited'),
    undoneBy: Type.Array(text('Id of a journal entry'), { description: 'By which entries, in the order of the journal' }),
  },
  { $id: 'EntryDetail' },
);
export type EntryDetailDto = Static<typeof EntryDetailSchema>;

/** An entry as one ledger account sees it. */
export function toEntryDto(entry: StoredEntry, account: LedgerAccount): EntryDto {
  const amount = entry.postings.reduce((sum, posting) => (posting.account === account ? addMoney(sum, posting.amount) : sum), NO_MONEY);
  return { ...toBooked(entry, entry.seq), amount: formatMoney(amount), balanceAfter: formatMoney(entry.balanceAfter) };
}

interface FoundEntry {
  readonly entry: JournalEntry;
  readonly seq: number;
  readonly undone: Money;
  readonly undoneBy: readonly EntryId[];
}

export const toEntryDetailDto = ({ entry, seq, undone, undoneBy }: FoundEntry): EntryDetailDto => ({
  ...toBooked(entry, seq),
  undone: formatMoney(undone),
  undoneBy: [...undoneBy],
});

function toBooked({ id, kind, key, at, actor, meterPointId, businessDay, reverses, memo, postings }: JournalEntry, seq: number) {
  return {
    id,
    seq,
    kind,
    key,
    at: formatInstant(at),
    actor,
    meterPointId: orNull(meterPointId),
    businessDay: orNull(businessDay),
    reverses: orNull(reverses),
    memo,
    postings: postings.map((posting) => ({ account: posting.account, amount: formatMoney(posting.amount) })),
  };
}
