import Type, { type Static } from 'typebox';
import type { Reversal } from '../../core/model/reversal.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { formatMoney } from '../../kernel/units.ts';
import { instant, oneOf, orNull, text, textOrNull } from './fields.ts';

export const ReversalSchema = Type.Object(
  {
    id: text('Id of the reversal'),
    entryId: text('The journal entry that is to be undone'),
    accountId: textOrNull('Whose money it moves'),
    amount: textOrNull('A part, yuan as a decimal string; null for all of it'),
    reason: text('Why'),
    state: oneOf(['pending', 'posted', 'rejected', 'expired'], 'Posted by another person than the one who asked'),
    askedAt: instant('When it was asked for'),
    askedBy: text('By whom'),
    expiresAt: instant('Nobody approves it after that'),
  },
  { $id: 'Reversal' },
);
export type ReversalDto = Static<typeof ReversalSchema>;

export function toReversalDto({ id, entryId, accountId, amount, reason, state, askedAt, askedBy, expiresAt }: Reversal): ReversalDto {
  return {
    id,
    entryId,
    accountId: orNull(accountId),
    amount: amount === undefined ? null : formatMoney(amount),
    reason,
    state,
    askedAt: formatInstant(askedAt),
    askedBy,
    expiresAt: formatInstant(expiresAt),
  };
}
