import Type, { type Static } from 'typebox';
import type { Recharge, RechargeMove } from '../../core/model/recharge.ts';
import { formatMoney } from '../../kernel/units.ts';
import { oneOf, orNull, text, textOrNull, yuan } from './fields.ts';
import { orderFields, stepFields, toFirstStep, toOrderFields, toStepFields } from './meter-order.ts';

const countOrNull = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });

const summary = {
  ...orderFields,
  kind: oneOf(['opening', 'recharge'], 'An opening is the first purchase, which gives the purse to its customer'),
  amount: yuan('What is written'),
  purchaseCount: countOrNull('Purchases with this one; null until the count of the meter has been read'),
  customerNumber: text('Whose purse it is, 12 digits'),
};

export const RechargeSchema = Type.Object(summary, { $id: 'Recharge' });
export type RechargeDto = Static<typeof RechargeSchema>;

const Step = Type.Object({
  ...stepFields,
  balance: textOrNull('What the purse held then, yuan as a decimal string; null where it was not read'),
  purchaseCount: countOrNull('Purchases that the meter had then; null where they were not read'),
});

export const RechargeDetailSchema = Type.Object(
  { ...summary, timeline: Type.Array(Step, { description: 'Oldest first' }) },
  { $id: 'RechargeDetail' },
);
export type RechargeDetailDto = Static<typeof RechargeDetailSchema>;

export function toRechargeDto(recharge: Recharge): RechargeDto {
  const { kind, amount, count, customer } = recharge;
  return { ...toOrderFields(recharge), kind, amount: formatMoney(amount), purchaseCount: orNull(count), customerNumber: customer };
}

interface StoredRecharge {
  readonly recharge: Recharge;
  readonly moves: readonly RechargeMove[];
}

export function toRechargeDetailDto({ recharge, moves }: StoredRecharge): RechargeDetailDto {
  const first = { ...toFirstStep(recharge, moves), ...toPurse(undefined) };
  return { ...toRechargeDto(recharge), timeline: [first, ...moves.map((move) => ({ ...toStepFields(move), ...toPurse(move.purse) }))] };
}

const toPurse = (purse: RechargeMove['purse']) => ({
  balance: purse === undefined ? null : formatMoney(purse.balance),
  purchaseCount: orNull(purse?.count),
});
