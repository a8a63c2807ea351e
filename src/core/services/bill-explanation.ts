/** Why a bill is what it is: rated again from what the store knows now, beside what was issued. */
import type { Instant } from '../../kernel/clock.ts';
import type { MeterId, MeterPointId } from '../../kernel/ids.ts';
import type { Bill, BillingFacts } from '../model/bill.ts';
import type { NumberedBill } from '../model/issued-bill.ts';
import { registersOf } from '../model/plan-registers.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import type { AnswerNow } from '../ports/store.ts';
import { acceptedReadings } from '../tariff/accepted.ts';
import { cutsOf, openingsOf } from '../tariff/cuts.ts';
import { type BillingTerms, groundOf, rateGround, readingOf, withPrevious } from './billing-ground.ts';
import { standingBills } from './settlement-review.ts';

export interface BillExplanation {
  readonly facts: BillingFacts;
  readonly tariff: string;
  /** As it comes out now. */
  readonly bill: Bill;
  /** Of the period, in the order of issue; none while it is open. */
  readonly issued: readonly NumberedBill[];
}

/**
 * @param month the period that ended in it; the open one where absent
 * @returns undefined where there is no such period
 */
export function explainBill(
  ask: AnswerNow,
  meterPointId: MeterPointId,
  terms: BillingTerms,
  now: Instant,
  month?: string,
): BillExplanation | undefined {
  const facts = ask('meterPointFacts', { meterPointId, now, dayStart: now });
  if (facts === undefined) return undefined;
  const bills = ask('billsOfPoint', { meterPointId });
  if (month === undefined) return explainOpen(ask, facts, terms, bills);
  const standing = standingBills(bills).find((bill) => bill.month === month);
  if (standing === undefined) return undefined;
  const issued = bills.filter(({ periodId }) => periodId === standing.periodId);
  return { ...rated(ask, facts, terms, bills, standing), issued };
}

function explainOpen(
  ask: AnswerNow,
  facts: MeterPointFacts,
  terms: BillingTerms,
  bills: readonly NumberedBill[],
): BillExplanation | undefined {
  const { accrual } = facts;
  if (accrual === undefined) return undefined;
  const issued = bills.filter(({ periodId }) => periodId === accrual.periodId);
  return { ...rated(ask, facts, terms, bills, accrual, accrual.latestAt), issued };
}

function rated(
  ask: AnswerNow,
  facts: MeterPointFacts,
  terms: BillingTerms,
  bills: readonly NumberedBill[],
  { from, to }: { readonly from: Instant; readonly to: Instant },
  until?: Instant,
): Omit<BillExplanation, 'issued'> {
  const ground = withPrevious(groundOf(facts, terms, from, to), bills);
  const meterIds = ground.facts.meters.map(({ meter }) => meter as MeterId);
  const registers = registersOf(ground.plan).wanted;
  const pointsAt = (cuts: readonly Instant[]) => ask('chargePoints', { meterIds, registers, cuts });
  const more = until === undefined ? [] : [until];
  const opening = acceptedReadings(pointsAt(openingsOf(ground.facts)).map(readingOf));
  const points = pointsAt([...cutsOf(ground.facts, ground.plan, opening), ...more]);
  return { facts: ground.facts, tariff: ground.plan.id, bill: rateGround(ground, points, until) };
}
