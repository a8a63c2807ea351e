import Type, { type Static } from 'typebox';
import { availableOf } from '../../core/ledger/accrued.ts';
import type { AccountView } from '../../core/ports/queries.ts';
import { formatMoney } from '../../kernel/units.ts';
import { oneOf, orNull, text, textOrNull, yuan } from './fields.ts';

export const AccountSchema = Type.Object(
  {
    id: text('Id of the account'),
    state: oneOf(['open', 'closed'], 'A closed account takes no charge'),
    meterPointId: textOrNull('The place that it pays for'),
    balance: yuan('Sum of its postings'),
    held: yuan('Set aside'),
    accrued: yuan('Used since the last posting'),
    available: yuan('balance − held − accrued'),
  },
  { $id: 'Account' },
);
export type AccountDto = Static<typeof AccountSchema>;

export function toAccountDto(view: AccountView): AccountDto {
  const { account, meterPointId, balance, held, accrued } = view;
  return {
    id: account.id,
    state: account.state,
    meterPointId: orNull(meterPointId),
    balance: formatMoney(balance),
    held: formatMoney(held),
    accrued: formatMoney(accrued),
    available: formatMoney(availableOf(view)),
  };
}
