import Type, { type Static } from 'typebox';
import { availableOf } from '../../core/ledger/accrued.ts';
import { creditOf } from '../../core/ledger/buckets.ts';
import type { AccountView } from '../../core/ports/queries.ts';
import { addMoney, formatMoney, negateMoney, subtractMoney } from '../../kernel/units.ts';
import { oneOf, orNull, text, textOrNull, yuan } from './fields.ts';

export const AccountSchema = Type.Object(
  {
    id: text('Id of the account'),
    state: oneOf(['open', 'closed'], 'A closed account takes no charge'),
    meterPointId: textOrNull('The place that it pays for'),
    balance: yuan('Own money: the sum of its postings'),
    held: yuan('Set aside'),
    accrued: yuan('Used since the last posting'),
    promotion: yuan('Promotional credit, used first'),
    emergencyLeft: yuan('Emergency credit that may still be used'),
    owed: yuan('Owed for energy and late fees, besides the balance'),
    available: yuan('balance − held − accrued + promotion + emergencyLeft'),
  },
  { $id: 'Account' },
);
export type AccountDto = Static<typeof AccountSchema>;

export function toAccountDto(view: AccountView): AccountDto {
  const { account, meterPointId, balance, held, accrued, funds } = view;
  return {
    id: account.id,
    state: account.state,
    meterPointId: orNull(meterPointId),
    balance: formatMoney(balance),
    held: formatMoney(held),
    accrued: formatMoney(accrued),
    promotion: formatMoney(funds.promotion),
    emergencyLeft: formatMoney(subtractMoney(creditOf(funds), funds.promotion)),
    owed: formatMoney(negateMoney(addMoney(funds.receivable, funds.lateFee))),
    available: formatMoney(availableOf(view)),
  };
}
