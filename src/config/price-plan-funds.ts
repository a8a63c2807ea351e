import type { Fund, Start } from '../core/model/price-plan.ts';
import type { Price } from '../kernel/units.ts';
import { instantOfStart, startOf } from './price-plan-start.ts';
import type { Wrong } from './read-yaml.ts';
import type { TariffFile } from './tariff-schema.ts';

type FundFile = TariffFile['funds'][number];

/**
 * The dated prices of the funds. Of one fund a customer pays one price at a time: two that overlap are refused, unless each class
 * is exempt from one of them.
 *
 * @param classes that the plan is for; any where empty
 */
export function fundsOf(
  raw: readonly FundFile[],
  classes: readonly string[],
  priceOf: (text: string, place: string) => Price,
  wrong: Wrong,
): readonly Fund[] {
  const funds = raw.map((fund, index): Fund => {
    const place = `funds[${index}]`;
    const from = startOf(fund.from, `${place}.from`, wrong);
    const to = fund.to === undefined ? undefined : startOf(fund.to, `${place}.to`, wrong);
    if (to !== undefined && instantOfStart(to) <= instantOfStart(from))
      throw wrong(`${place}.to`, fund.to, `a day after ${place}.from, ${fund.from}`);
    return { component: fund.component, price: priceOf(fund.price, `${place}.price`), from, to, exempt: fund.exempt };
  });
  for (const [index, fund] of funds.entries()) {
    const other = funds.findIndex((earlier) => earlier !== fund && isForOne(earlier, fund, classes) && isInForceAt(earlier, fund.from));
    if (other >= 0)
      throw wrong(
        `funds[${index}].from`,
        raw[index]?.from,
        `a time in which funds[${other}] of ${fund.component} is not in force: give that one an earlier end, or remove it`,
      );
  }
  return funds;
}

/** Whether some class pays both. */
const isForOne = (one: Fund, other: Fund, classes: readonly string[]): boolean =>
  one.component === other.component &&
  (classes.length === 0 || classes.some((name) => !one.exempt.includes(name) && !other.exempt.includes(name)));

/** One without an end gives way to the next that begins. */
function isInForceAt({ from, to }: Fund, start: Start): boolean {
  const [at, begins] = [instantOfStart(start), instantOfStart(from)];
  return begins === at || (begins < at && to !== undefined && instantOfStart(to) > at);
}
