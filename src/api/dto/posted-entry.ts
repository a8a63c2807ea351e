import Type, { type Static } from 'typebox';
import { availableOf } from '../../core/ledger/accrued.ts';
import type { AccountView } from '../../core/ports/queries.ts';
import { formatMoney } from '../../kernel/units.ts';
import { orNull, text, textOrNull } from './fields.ts';

/** What a posting left behind. */
export const PostedEntrySchema = Type.Object(
  {
    entryId: text('The journal entry'),
    accountId: textOrNull('Whose account it is; null where it is nobody’s'),
    balanceAfter: textOrNull('His own money now, yuan as a decimal string'),
    availableAfter: textOrNull('What he can use now, yuan as a decimal string'),
  },
  { $id: 'PostedEntry' },
);
export type PostedEntryDto = Static<typeof PostedEntrySchema>;

export const toPostedEntryDto = (entryId: string, account: AccountView | undefined): PostedEntryDto => ({
  entryId,
  accountId: orNull(account?.account.id),
  balanceAfter: account === undefined ? null : formatMoney(account.balance),
  availableAfter: account === undefined ? null : formatMoney(availableOf(account)),
});
