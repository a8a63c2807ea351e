import { formatInstant } from '../../kernel/clock.ts';
import { type Energy, energy } from '../../kernel/units.ts';
import type { Remark } from '../model/bill.ts';
import { type PriceBand, TOU_PERIODS, type TouPeriod } from '../model/price-plan.ts';
import type { Stretch } from './stretches.ts';

interface SharesInput {
  readonly stretch: Stretch;
  /** Of the total register, before the ratio; undefined where the meter has none. */
  readonly total: Energy | undefined;
  /** Of the registers of the periods that were read. */
  readonly byPeriod: ReadonlyMap<TouPeriod, Energy>;
  readonly remarks: { readonly provisional: Remark[]; readonly suspect: Remark[] };
}

/**
 * What each period used by the meter's own registers (F73): the total is the truth, and where they do not sum to it each is
 * scaled in proportion, to the register's resolution, the rest by largest remainder.
 */
export function shareByPeriod(input: SharesInput): ReadonlyMap<TouPeriod, Energy> {
  const { stretch, total, remarks } = input;
  const { meter, from, to } = stretch;
  const resolution = 10n ** BigInt(6 - meter.decimals);
  const detail = `${meter.meter}, ${formatInstant(from)} to ${formatInstant(to)}`;
  const rest = restOf(stretch);
  const shares = priced(withMissing(input, resolution, detail), input, detail);
  const sum = sumOf(shares);
  if (total === undefined || sum === total) return shares;
  const tolerance = resolution * BigInt(shares.size);
  if (sum - total > tolerance || total - sum > tolerance)
    remarks.suspect.push({ reason: 'periods-off-total', rule: 'F73', detail: `${detail}: scaled to the total` });
  if (sum === 0n) return new Map([[rest, total]]);
  return scale(shares, sum, total, total % resolution === 0n ? resolution : 1n);
}

const sumOf = (shares: ReadonlyMap<TouPeriod, Energy>): bigint => [...shares.values()].reduce((left, right) => left + right, 0n);

const pricedOf = ({ prices }: Stretch): readonly TouPeriod[] => TOU_PERIODS.filter((period) => prices.has(period));

/** What nothing else is known of is flat, where there is such a price. */
export const restOf = (stretch: Stretch): TouPeriod => {
  const all = pricedOf(stretch);
  return all.includes('flat') ? 'flat' : (all[0] ?? 'flat');
};

/** A period without a register has what the total has beyond the others. */
function withMissing(
  { stretch, total, byPeriod, remarks }: SharesInput,
  resolution: bigint,
  detail: string,
): ReadonlyMap<TouPeriod, Energy> {
  const missing = pricedOf(stretch).filter((period) => !byPeriod.has(period));
  // Each register is cut off at its last digit: less than that is nobody's.
  const nobodys = resolution * BigInt(byPeriod.size);
  const left = (total ?? 0n) - sumOf(byPeriod);
  if (missing.length === 0 || left <= nobodys) return byPeriod;
  const rest = restOf(stretch);
  const taker = missing.includes(rest) ? rest : (missing[0] ?? rest);
  remarks.provisional.push({ reason: 'period-register-missing', rule: 'rest of the total', detail: `${taker} of ${detail}` });
  return new Map([...byPeriod, [taker, energy(left)]]);
}

/** A period without a price is charged as the rest is. */
function priced(
  counted: ReadonlyMap<TouPeriod, Energy>,
  { stretch, remarks }: SharesInput,
  detail: string,
): ReadonlyMap<TouPeriod, Energy> {
  const shares = new Map(counted);
  const rest = restOf(stretch);
  for (const [period, value] of counted) {
    if (stretch.prices.has(period)) continue;
    shares.delete(period);
    if (value === 0n) continue;
    shares.set(rest, energy((shares.get(rest) ?? 0n) + value));
    remarks.provisional.push({ reason: 'period-without-price', rule: `charged as ${rest}`, detail: `${period} of ${detail}` });
  }
  return shares;
}

function scale<Band extends PriceBand>(
  shares: ReadonlyMap<Band, Energy>,
  sum: bigint,
  total: Energy,
  unit: bigint,
): ReadonlyMap<Band, Energy> {
  const parts = [...shares].map(([band, value]) => ({
    band,
    whole: (total * value) / (sum * unit),
    remainder: (total * value) % (sum * unit),
  }));
  const left = Number(total / unit - parts.reduce((done, { whole }) => done + whole, 0n));
  const order = parts.toSorted((one, other) => (one.remainder === other.remainder ? 0 : one.remainder > other.remainder ? -1 : 1));
  const lucky = new Set(order.slice(0, left));
  return new Map(parts.map((part) => [part.band, energy((part.whole + (lucky.has(part) ? 1n : 0n)) * unit)]));
}
