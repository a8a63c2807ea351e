import Type, { type Static } from 'typebox';
import type { Hold } from '../../core/model/payment.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { formatMoney } from '../../kernel/units.ts';
import { instant, oneOf, text, yuan } from './fields.ts';

export const HoldSchema = Type.Object(
  {
    id: text('Id of the hold'),
    accountId: text('Whose money it is'),
    amount: yuan('What is set aside'),
    state: oneOf(['placed', 'posted', 'voided', 'expired'], 'Posted is paid out; voided and expired is available again'),
    reason: text('Why'),
    placedAt: instant('When it was set aside'),
    expiresAt: instant('When it is given back by itself'),
  },
  { $id: 'Hold' },
);
export type HoldDto = Static<typeof HoldSchema>;

export function toHoldDto({ id, accountId, amount, state, reason, placedAt, expiresAt }: Hold): HoldDto {
  return {
    id,
    accountId,
    amount: formatMoney(amount),
    state,
    reason,
    placedAt: formatInstant(placedAt),
    expiresAt: formatInstant(expiresAt),
  };
}
