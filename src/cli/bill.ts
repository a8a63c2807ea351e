import { loadBillInput } from '../config/bill-input.ts';
import { loadPricePlan } from '../config/price-plan.ts';
import { configError } from '../config/read-yaml.ts';
import type { Bill, BillingFacts, BillLine, DayPosting } from '../core/model/bill.ts';
import { misfitOf } from '../core/tariff/fit.ts';
import { postByDay } from '../core/tariff/postings.ts';
import { printedLine } from '../core/tariff/printed-line.ts';
import { rateBill } from '../core/tariff/rater.ts';
import { formatInstant } from '../kernel/clock.ts';
import { formatMoney } from '../kernel/units.ts';
import { inColumns } from './columns.ts';

export interface BillOptions {
  readonly tariff: string;
  readonly input: string;
  readonly dayByDay?: boolean;
}

export interface RatedBill {
  readonly facts: BillingFacts;
  readonly tariff: string;
  readonly bill: Bill;
  readonly postings: readonly DayPosting[] | undefined;
}

/** Rates one meter point from files alone. */
export function rateFiles({ tariff, input, dayByDay }: BillOptions): RatedBill {
  const plan = loadPricePlan(tariff);
  const { facts, readings } = loadBillInput(input);
  const misfit = misfitOf(facts, plan);
  if (misfit !== undefined) throw configError(input, misfit.field, misfit.value, misfit.expected);
  return {
    facts,
    tariff: plan.id,
    bill: rateBill(facts, plan, readings),
    postings: dayByDay === true ? postByDay(facts, plan, readings) : undefined,
  };
}

/** The answer of `--json`: decimal strings in yuan and kWh. */
export function billAnswer({ facts, tariff, bill, postings }: RatedBill): object {
  return {
    tariff,
    period: { from: formatInstant(facts.period.from), to: formatInstant(facts.period.to) },
    lines: bill.lines.map(printedLine),
    total: formatMoney(bill.total),
    provisional: bill.provisional,
    suspect: bill.suspect,
    ...(postings === undefined ? {} : { postings: postings.map(postingAnswer) }),
  };
}

const postingAnswer = ({ businessDay, component, customer, revenue, rounding }: DayPosting) => ({
  businessDay,
  component,
  customer: formatMoney(customer),
  revenue: formatMoney(revenue),
  rounding: formatMoney(rounding),
});

/** The bill for a person: each line says where its quantity comes from and how it was rounded. */
export function billText({ facts, tariff, bill, postings }: RatedBill): readonly string[] {
  return [
    `tariff ${tariff}, ${facts.customerClass}, ${formatInstant(facts.period.from)} to ${formatInstant(facts.period.to)}, days of ${facts.zone}`,
    '',
    ...inColumns([['component', 'quantity', 'price', 'exact', 'amount'], ...bill.lines.map(lineCells)]),
    ...inColumns([['total', '', '', '', formatMoney(bill.total)]]),
    '',
    ...bill.lines.flatMap(({ component, sources }) => [`${component} comes from`, ...sources().map((source) => `  ${source}`)]),
    ...[...bill.provisional, ...bill.suspect].map(
      ({ reason, rule, detail }, index) => `${index < bill.provisional.length ? 'provisional' : 'suspect'}: ${reason} (${rule}): ${detail}`,
    ),
    ...(postings === undefined
      ? []
      : [
          '',
          ...inColumns([
            ['day', 'component', 'customer', 'revenue', 'rounding'],
            ...postings.map((posting) => Object.values(postingAnswer(posting))),
          ]),
        ]),
  ];
}

const lineCells = (line: BillLine): readonly string[] => {
  const { component, quantity, price, exact, amount } = printedLine(line);
  return [component, quantity, price, exact, amount];
};
