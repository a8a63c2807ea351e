import Type, { type Static } from 'typebox';
import type { SupplyChange } from '../../core/services/supply-changes.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { formatMoney } from '../../kernel/units.ts';
import { instant, text, yuan } from './fields.ts';

export const SupplyChangeSchema = Type.Object(
  {
    accountId: text('The account that was cut'),
    cutAt: instant('When the registers were read that it is cut at'),
    balance: yuan('Of that account afterwards'),
    refunded: yuan('Paid back through the channel refund'),
  },
  { $id: 'SupplyChange' },
);
export type SupplyChangeDto = Static<typeof SupplyChangeSchema>;

export const toSupplyChangeDto = ({ accountId, cutAt, balance, refunded }: SupplyChange): SupplyChangeDto => ({
  accountId,
  cutAt: formatInstant(cutAt),
  balance: formatMoney(balance),
  refunded: formatMoney(refunded),
});
