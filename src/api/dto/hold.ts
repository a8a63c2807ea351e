import Type, { type Static } from 'typebox';
import { availableOf } from '../../core/ledger/accrued.ts';
import type { Hold } from '../../core/model/payment.ts';
import type { AccountView } from '../../core/ports/queries.ts';
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
    balanceAfter: yuan('Of the account, now'),
    availableAfter: yuan('Of it what neither a hold nor accrued use takes'),
  },
  { $id: 'Hold' },
);
export type HoldDto = Static<typeof HoldSchema>;

/** @param account as it stands now */
export function toHoldDto({ id, accountId, amount, state, reason, placedAt, expiresAt }: Hold, account: AccountView): HoldDto {
  return {
    id,
    accountId,
    amount: formatMoney(amount),
    state,
    reason,
    placedAt: formatInstant(placedAt),
    expiresAt: formatInstant(expiresAt),
    balanceAfter: formatMoney(account.balance),
    availableAfter: formatMoney(availableOf(account)),
  };
}
