import { formatInstant, type Instant } from '../../kernel/clock.ts';
import { divideHalfAway, type Energy, energy } from '../../kernel/units.ts';
import type { PreviousUse, Remark } from '../model/bill.ts';
import type { PriceBand } from '../model/price-plan.ts';
import type { StretchUse } from './metered-use.ts';

/**
 * Charges a period whose last reading is missing by the previous period's quantity (F74), never below what was read.
 *
 * What is not read lies behind the last reading, within the period: it is shared by elapsed time, and among the periods of the day as the
 * previous period's was, else as this one's so far.
 */
export function estimateRest(
  uses: readonly StretchUse[],
  endsAt: Instant,
  previous: PreviousUse | undefined,
): { readonly uses: readonly StretchUse[]; readonly remark: Remark } {
  const read = uses.reduce((sum, { bands }) => sum + sumOf(bands), 0n);
  const rest = previous === undefined || previous.quantity <= read ? 0n : previous.quantity - read;
  const remark = {
    reason: 'last-reading-missing',
    rule: 'F74',
    detail:
      previous === undefined
        ? `last read at ${formatInstant(endsAt)}, and no previous period is known: charged as read`
        : `last read at ${formatInstant(endsAt)}: charged by the previous period's quantity`,
  };
  const [start, end] = [uses[0]?.stretch.from, uses.at(-1)?.stretch.to];
  if (rest === 0n || start === undefined || end === undefined || end <= endsAt) return { uses, remark };
  const since = Math.max(endsAt, start);
  const weights = weightsOf(uses, previous);
  const dueBy = (at: Instant) => divideHalfAway(rest * BigInt(Math.max(0, at - since)), BigInt(end - since));
  return { uses: uses.map((use) => withRest(use, energy(dueBy(use.stretch.to) - dueBy(use.stretch.from)), weights)), remark };
}

const sumOf = (bands: ReadonlyMap<PriceBand, Energy>): bigint => [...bands.values()].reduce((left, right) => left + right, 0n);

function weightsOf(uses: readonly StretchUse[], previous: PreviousUse | undefined): ReadonlyMap<PriceBand, Energy> {
  return previous !== undefined && previous.bands.size > 0 ? previous.bands : sumOfUses(uses).bands;
}

/** What stretches used together. */
export function sumOfUses(uses: readonly StretchUse[]): PreviousUse {
  const sums = new Map<PriceBand, Energy>();
  for (const { bands } of uses) for (const [band, value] of bands) sums.set(band, energy((sums.get(band) ?? 0n) + value));
  return { quantity: energy(sumOf(sums)), bands: sums };
}

function withRest(use: StretchUse, rest: Energy, weights: ReadonlyMap<PriceBand, Energy>): StretchUse {
  if (rest === 0n) return use;
  const { period, prices } = use.stretch;
  const open: readonly PriceBand[] = period === undefined ? [...prices.keys()] : [period];
  const weighed = open.filter((band) => (weights.get(band) ?? 0n) > 0n);
  const takers = weighed.length > 0 ? weighed : open.includes('flat') ? (['flat'] as const) : open.slice(0, 1);
  const whole = takers.reduce((sum, band) => sum + (weights.get(band) ?? 0n), 0n);
  const bands = new Map(use.bands);
  let [passed, given] = [0n, 0n];
  for (const band of takers) {
    passed += weights.get(band) ?? 0n;
    const due = whole === 0n ? rest : divideHalfAway(rest * passed, whole);
    bands.set(band, energy((bands.get(band) ?? 0n) + due - given));
    given = due;
  }
  return { ...use, bands, sourceOf: (band) => `${use.sourceOf(band)}, estimated behind the last reading` };
}
