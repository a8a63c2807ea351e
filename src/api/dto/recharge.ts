import Type, { type Static } from 'typebox';
import type { Recharge, RechargeMove } from '../../core/model/recharge.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { formatMoney } from '../../kernel/units.ts';
import { instant, oneOf, orNull, text, textOrNull, yuan } from './fields.ts';
import { STATES } from './relay-command.ts';

const countOrNull = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], description });

const summary = {
  id: text('Id of the recharge'),
  meterId: text('The meter whose purse it is for'),
  meterPointId: text('The place that the meter supplies'),
  kind: oneOf(['opening', 'recharge'], 'An opening is the first purchase, which gives the purse to its customer'),
  amount: yuan('What is written'),
  purchaseCount: countOrNull('Purchases with this one; null until the count of the meter has been read'),
  customerNumber: text('Whose purse it is, 12 digits'),
  state: oneOf(STATES, 'Delivered, answered and done are three things: only confirmed is proven, by the purchase count read back'),
  reason: text('Why, and the payment that it rests on'),
  actor: text('Who asked for it'),
  createdAt: instant('When it was stored'),
  expiresAt: instant('No frame leaves after it'),
  version: Type.Integer({ description: 'Grows by one with each move' }),
};

export const RechargeSchema = Type.Object(summary, { $id: 'Recharge' });
export type RechargeDto = Static<typeof RechargeSchema>;

const Step = Type.Object({
  state: oneOf(STATES, 'The state that it came to'),
  at: instant('When'),
  reason: text('Why'),
  evidence: textOrNull('What it was read from'),
  balance: textOrNull('What the purse held then, yuan as a decimal string; null where it was not read'),
  purchaseCount: countOrNull('Purchases that the meter had then; null where they were not read'),
});

export const RechargeDetailSchema = Type.Object(
  { ...summary, timeline: Type.Array(Step, { description: 'Oldest first' }) },
  { $id: 'RechargeDetail' },
);
export type RechargeDetailDto = Static<typeof RechargeDetailSchema>;

export function toRechargeDto(recharge: Recharge): RechargeDto {
  const { id, meterId, meterPointId, kind, amount, count, customer, state, reason, actor, createdAt, expiresAt, version } = recharge;
  return {
    id,
    meterId,
    meterPointId,
    kind,
    amount: formatMoney(amount),
    purchaseCount: orNull(count),
    customerNumber: customer,
    state,
    reason,
    actor,
    createdAt: formatInstant(createdAt),
    expiresAt: formatInstant(expiresAt),
    version,
  };
}

interface StoredRecharge {
  readonly recharge: Recharge;
  readonly moves: readonly RechargeMove[];
}

export function toRechargeDetailDto({ recharge, moves }: StoredRecharge): RechargeDetailDto {
  const { state, createdAt, reason } = recharge;
  const unread = { evidence: null, balance: null, purchaseCount: null };
  const first = { state: moves[0]?.from ?? state, at: formatInstant(createdAt), reason, ...unread };
  return { ...toRechargeDto(recharge), timeline: [first, ...moves.map(toStep)] };
}

function toStep({ to, at, reason, evidence, purse }: RechargeMove) {
  return {
    state: to,
    at: formatInstant(at),
    reason,
    evidence: orNull(evidence),
    balance: purse === undefined ? null : formatMoney(purse.balance),
    purchaseCount: orNull(purse?.count),
  };
}
