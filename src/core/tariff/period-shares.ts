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
export function shareByPeriod({ stretch, total, byPeriod, remarks }: SharesInput): ReadonlyMap<TouPeriod, Energy> {
  const { meter, prices, from, to } = stretch;
  const priced = TOU_PERIODS.filter((period) => prices.has(period));
  const shares = new Map(byPeriod);
  const detail = `${meter.meter}, ${formatInstant(from)} to ${formatInstant(to)}`;
  const missing = priced.filter((period) => !shares.has(period));
  const sumOf = () => [...shares.values()].reduce((left, right) => left + right, 0n);
  const rest = priced.includes('flat') ? 'flat' : (priced[0] ?? 'flat');
  if (missing.length > 0 && total !== undefined && total > sumOf()) {
    const taker = missing.includes(rest) ? rest : (missing[0] ?? rest);
    shares.set(taker, energy(total - sumOf()));
    remarks.provisional.push({ reason: 'period-register-missing', rule: 'rest of the total', detail: `${taker} of ${detail}` });
  }
  for (const [period, value] of shares) {
    if (prices.has(period)) continue;
    shares.delete(period);
    if (value === 0n) continue;
    shares.set(rest, energy((shares.get(rest) ?? 0n) + value));
    remarks.provisional.push({ reason: 'period-without-price', rule: `charged as ${rest}`, detail: `${period} of ${detail}` });
  }
  const sum = sumOf();
  if (total === undefined || sum === total) return shares;
  const resolution = 10n ** BigInt(6 - meter.decimals);
  const tolerance = resolution * BigInt(shares.size);
  if (sum - total > tolerance || total - sum > tolerance)
    remarks.suspect.push({ reason: 'periods-off-total', rule: 'F73', detail: `${detail}: scaled to the total` });
  if (sum === 0n) return new Map([[rest, total]]);
  return scale(shares, sum, total, total % resolution === 0n ? resolution : 1n);
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
