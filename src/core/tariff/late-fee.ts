import { type BusinessDay, dateOf, daysBetween, nextDay, previousDay, toBusinessDay } from '../../kernel/local-time.ts';
import { add, type Rational, rational, roundTo, times, ZERO } from '../../kernel/rational.ts';
import { fen, type Money, money } from '../../kernel/units.ts';
import type { LateFee, LateFeeInput, LateFeeRate, LateFeeStretch } from '../model/late-fee.ts';

/**
 * The simple late fee (F14): each day from the one after `due` to `until` by its own year's rate, on the principal of that
 * morning, since a part payment goes to the principal first; rounded once.
 */
export function lateFeeOf(input: LateFeeInput, rates: readonly LateFeeRate[]): LateFee {
  const stretches: LateFeeStretch[] = [];
  const paidBefore = (day: BusinessDay) => input.payments.reduce((sum, payment) => (payment.day < day ? sum + payment.amount : sum), 0n);
  const first = nextDay(input.due);
  const starts = [
    first,
    ...input.payments.map(({ day }) => nextDay(day)),
    ...rates.map(({ from }) => from),
    ...yearsAfter(input.due, input.until).map((year) => toBusinessDay(year, 1, 1)),
  ];
  const cuts = [...new Set(starts)].filter((day) => day >= first && day <= input.until).sort();
  for (const [index, from] of cuts.entries()) {
    const next = cuts[index + 1];
    const to = next === undefined ? input.until : previousDay(next);
    const left = input.principal - paidBefore(from);
    const rate = rateOf(input, rates, from);
    if (left <= 0n || rate === undefined) continue;
    const days = daysBetween(from, to) + 1;
    const exact = times(rational(left * BigInt(days), 1_000_000n), rate);
    stretches.push({ from, to, days, principal: money(left), rate, exact });
  }
  const exact = stretches.reduce((sum, stretch) => add(sum, stretch.exact), ZERO);
  const bounded = boundedFee(exact, input, ruleOf(input.customerClass, rates, input.until)?.minimum);
  const paid = input.payments.reduce((sum, { day, amount }) => (day <= input.until ? sum + amount : sum), 0n);
  const over = paid > input.principal ? paid - input.principal : 0n;
  return {
    stretches,
    days: stretches.reduce((sum, { days }) => sum + days, 0),
    exact,
    ...bounded,
    principalLeft: money(paid > input.principal ? 0n : input.principal - paid),
    feePaid: money(over < bounded.amount ? over : bounded.amount),
  };
}

function boundedFee(exact: Rational, { cap }: LateFeeInput, minimum: Money | undefined): Pick<LateFee, 'amount' | 'note'> {
  const rounded = fen(roundTo(exact, 2));
  const raised = exact.numerator > 0n && minimum !== undefined && rounded < minimum ? minimum : rounded;
  if (cap !== undefined && raised > cap) return { amount: cap, note: 'cap' };
  return { amount: raised, note: raised === rounded ? undefined : 'minimum' };
}

const ruleOf = (customerClass: string, rates: readonly LateFeeRate[], day: BusinessDay): LateFeeRate | undefined =>
  rates.findLast(({ from, classes }) => from <= day && classes.includes(customerClass)) ??
  rates.findLast(({ from, classes }) => from <= day && classes.length === 0);

function rateOf({ customerClass, due, rate }: LateFeeInput, rates: readonly LateFeeRate[], day: BusinessDay): Rational | undefined {
  if (rate !== undefined) return rate;
  const rule = ruleOf(customerClass, rates, day);
  return dateOf(day).year === dateOf(due).year ? rule?.sameYear : rule?.laterYears;
}

const yearsAfter = (from: BusinessDay, to: BusinessDay): readonly number[] =>
  Array.from({ length: Math.max(0, dateOf(to).year - dateOf(from).year) }, (_, index) => dateOf(from).year + 1 + index);
