import type Database from 'better-sqlite3';
import { divideHalfAway } from '../../../kernel/units.ts';

/** Every stored meter shows six whole digits, in 10⁻⁶ kWh: behind them it begins again at zero. */
export const REGISTER_RANGE = 1_000_000n * 1_000_000n;

/** A meter for as long as it hung at a meter point; `to` is null where it still does. */
export interface Span {
  readonly meterId: string;
  readonly from: bigint;
  readonly to: bigint | null;
}

/** In 10⁻⁶ kWh, after the ratio. */
export interface CountedUse {
  readonly quantity: bigint;
  /** A register stood lower than before: it began again at zero, or it is wrong and nothing of it was charged. */
  readonly wentBack: boolean;
}

export interface UseCounter {
  /** The meters that hung at a meter point, in order of time. */
  spansOf(meterPointId: string): readonly Span[];
  /**
   * What a register counted between two instants at which its meter hung there.
   *
   * @returns undefined where it was not read on both sides of each: that use is not known
   */
  between(meterPointId: string, span: Span, register: string, ends: { readonly from: bigint; readonly to: bigint }): CountedUse | undefined;
}

interface Point {
  readonly at: bigint;
  readonly value: bigint;
}
/** The readings around an instant, the same one twice where it lies on it; a meter's first and last one where it came or went. */
interface Place {
  readonly at: bigint;
  readonly before: Point;
  readonly after: Point;
}
interface Ratio {
  readonly from: bigint;
  readonly to: bigint | null;
  readonly ratio: bigint;
}

/** Counts from the stored readings, meters and ratios: a register at an instant is what was read then, else what lies on the line between its neighbours. */
export function createUseCounter(database: Database.Database): UseCounter {
  const spans = database.prepare<[string], Span>(
    'select meter_id as meterId, from_at as "from", to_at as "to" from meter_spans where meter_point_id = ? order by from_at',
  );
  const good = `select measured_at as at, value from readings
    where meter_id = ? and register = ? and quality = 'good' and measured_at between ? and ? order by measured_at`;
  const first = database.prepare<ReadingAsk, Point>(`${good} limit 1`);
  const last = database.prepare<ReadingAsk, Point>(`${good} desc limit 1`);
  const ratios = createRatios(database);

  function placeOf(span: Span, register: string, at: bigint, { from, to }: { readonly from: bigint; readonly to: bigint }) {
    const before = last.get(span.meterId, register, span.from, at);
    const after = before?.at === at ? before : first.get(span.meterId, register, at, span.to ?? FOREVER);
    // What a meter came and went with is its first and its last reading, where that lies within the time.
    if (before === undefined) return at === span.from && after !== undefined && after.at <= to ? { at, before: after, after } : undefined;
    if (after === undefined) return at === span.to && before.at >= from ? { at, before, after: before } : undefined;
    return { at, before, after };
  }

  return {
    spansOf: (meterPointId) => spans.all(meterPointId),
    between(meterPointId, span, register, ends) {
      const held = ratios(meterPointId);
      const edges = held.flatMap(({ from, to }) => [from, to ?? FOREVER]).filter((at) => at > ends.from && at < ends.to);
      const cuts = [...new Set([ends.from, ...edges, ends.to])].sort((one, other) => Number(one - other));
      const places: Place[] = [];
      for (const at of cuts) {
        const place = placeOf(span, register, at, ends);
        if (place === undefined) return undefined;
        places.push(place);
      }
      const { counted, wentBack } = countUp(places);
      let quantity = 0n;
      for (const [index, at] of cuts.slice(1).entries()) {
        const since = cuts[index] ?? ends.from;
        const ratio = held.find(({ from, to }) => from <= since && (to === null || since < to))?.ratio ?? 0n;
        quantity += ((counted.get(at) ?? 0n) - (counted.get(since) ?? 0n)) * ratio;
      }
      return { quantity, wentBack };
    },
  };
}

type ReadingAsk = [meterId: string, register: string, from: bigint, to: bigint];
const FOREVER = BigInt(Number.MAX_SAFE_INTEGER);

/** @returns what was counted up to each place, since the first reading */
function countUp(places: readonly Place[]): { readonly counted: ReadonlyMap<bigint, bigint>; readonly wentBack: boolean } {
  const points = new Map(places.flatMap(({ before, after }) => [before, after]).map((point) => [point.at, point]));
  const sums = new Map<bigint, bigint>();
  let wentBack = false;
  let [sum, last] = [0n, undefined as bigint | undefined];
  for (const { at, value } of [...points.values()].sort((one, other) => Number(one.at - other.at))) {
    const step = value - (last ?? value);
    wentBack ||= step < 0n;
    sum += step < 0n ? step + REGISTER_RANGE : step;
    sums.set(at, sum);
    last = value;
  }
  const counted = places.map(({ at, before, after }): [bigint, bigint] => {
    const [low, high] = [sums.get(before.at) ?? 0n, sums.get(after.at) ?? 0n];
    return [at, before.at === after.at ? low : low + divideHalfAway((high - low) * (at - before.at), after.at - before.at)];
  });
  return { counted: new Map(counted), wentBack };
}

/** What the archive says of a meter point's ratio; where it says nothing, what the meter point has. */
function createRatios(database: Database.Database): (meterPointId: string) => readonly Ratio[] {
  const stated = database.prepare<[string], Ratio>(
    `select from_at as "from", to_at as "to", (value ->> '$.current') * (value ->> '$.voltage') as ratio from dated_facts
     where subject = 'meterPoint:' || ? and aspect = 'ratio' and replaced_seq is null order by from_at`,
  );
  const own = database.prepare<[string], Ratio>(
    'select 0 as "from", null as "to", current_ratio * voltage_ratio as ratio from meter_points where id = ?',
  );
  return (meterPointId) => {
    const facts = stated.all(meterPointId);
    return facts.length > 0 ? facts : own.all(meterPointId);
  };
}
