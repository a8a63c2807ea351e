import type { Instant } from '../../kernel/clock.ts';
import { divideHalfAway, type Energy, energy } from '../../kernel/units.ts';
import type { Point } from './accepted.ts';

/** How much a register may pass between two of its readings: what it begins again at, and what is believable. */
export interface RegisterRange {
  readonly modulus: Energy;
  /** The most that it can count from one instant to another; undefined where nothing is known of the supply. */
  most(from: Instant, to: Instant): bigint | undefined;
}

export interface RegisterUse {
  /** Between each two cuts, before the ratio. */
  readonly between: readonly Energy[];
  /** The register at each cut, as read or as split. */
  readonly at: readonly Energy[];
  /** Cuts whose register is missing: their use was split by elapsed time. */
  readonly split: readonly Instant[];
  /** The earliest reading lies behind the first cut. */
  readonly lateOpening: boolean;
  /** The latest reading that counts, where no reading lies at or behind the last cut. */
  readonly endsAt: Instant | undefined;
  /** It began again at zero. */
  readonly rolledOver: boolean;
  /** It went back in a way that no roll-over explains: nothing is known. */
  readonly wentBack: boolean;
}

/**
 * What a register counted between cuts. Readings between two cuts that both have theirs change nothing.
 *
 * @param points in order of time, no instant twice; at least one
 * @param cuts in order, at least two
 */
export function useBetweenCuts(points: readonly Point[], cuts: readonly Instant[], range: RegisterRange): RegisterUse {
  const places = cuts.map((cut) => placeOf(points, cut));
  const indexes = [...new Set(places.flatMap(({ before, after }) => [before, after].filter((index) => index !== undefined)))].sort(
    (left, right) => left - right,
  );
  const counted = new Map<number, bigint>();
  let sum = 0n;
  let rolledOver = false;
  for (const [order, index] of indexes.entries()) {
    const last = indexes[order - 1];
    const step = last === undefined ? undefined : passed(points[last], points[index], range);
    if (step !== undefined && !step.believable) return nothingKnown(cuts);
    rolledOver ||= step?.rolledOver === true;
    sum += step?.quantity ?? 0n;
    counted.set(index, sum);
  }
  const split: Instant[] = [];
  const curve = cuts.map((cut, order) => {
    const { before, after } = places[order] ?? {};
    const low = before === undefined ? undefined : counted.get(before);
    const high = after === undefined ? undefined : counted.get(after);
    const [start, end] = [points[before ?? -1], points[after ?? -1]];
    if (low === undefined || high === undefined || start === undefined || end === undefined || before === after) return low ?? high ?? 0n;
    if (low !== high) split.push(cut);
    return low + divideHalfAway((high - low) * BigInt(cut - start.at), BigInt(end.at - start.at));
  });
  const final = places.at(-1);
  return {
    between: curve.slice(1).map((value, order) => energy(value - (curve[order] ?? 0n))),
    at: curve.map((value) => energy(((points[indexes[0] ?? 0]?.value ?? 0n) + value) % range.modulus)),
    split,
    lateOpening: places[0]?.before === undefined,
    endsAt: final?.after === undefined ? points[final?.before ?? -1]?.at : undefined,
    rolledOver,
    wentBack: false,
  };
}

/** The neighbours of a cut; the same one twice where a reading lies on it. */
function placeOf(points: readonly Point[], cut: Instant): { before: number | undefined; after: number | undefined } {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle]?.at ?? 0) < cut) low = middle + 1;
    else high = middle;
  }
  if (points[low]?.at === cut) return { before: low, after: low };
  return { before: low === 0 ? undefined : low - 1, after: low === points.length ? undefined : low };
}

function passed(start: Point | undefined, end: Point | undefined, { modulus, most }: RegisterRange) {
  if (start === undefined || end === undefined) return undefined;
  if (end.value >= start.value) return { quantity: end.value - start.value, rolledOver: false, believable: true };
  const quantity = end.value + modulus - start.value;
  // Without a known supply a tenth of the whole range is taken for the most.
  const bound = most(start.at, end.at) ?? modulus / 10n;
  return { quantity, rolledOver: true, believable: start.value < modulus && quantity <= bound };
}

const nothingKnown = (cuts: readonly Instant[]): RegisterUse => ({
  between: cuts.slice(1).map(() => energy(0n)),
  at: [],
  split: [],
  lateOpening: false,
  endsAt: undefined,
  rolledOver: false,
  wentBack: true,
});

/** In order, each once. */
export const inTime = (instants: readonly Instant[]): readonly Instant[] => {
  const ordered = instants.toSorted((left, right) => left - right);
  return ordered.filter((at, index) => at !== ordered[index - 1]);
};
