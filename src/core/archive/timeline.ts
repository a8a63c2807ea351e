/** What held when: periods of one aspect, in order, each from an instant until another. */
import { formatInstant, type Instant } from '../../kernel/clock.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Period, Timeline } from '../model/archive.ts';

export interface TimelineError {
  readonly code: 'fact-overlap' | 'fact-gap' | 'fact-empty';
  /** One sentence: which instants, and what to do. */
  readonly detail: string;
}

/**
 * Periods in the order of time, where they neither overlap nor leave a gap that may not be.
 *
 * @errors fact-empty a period that ends before it begins; fact-overlap; fact-gap
 */
export function timelineOf<Value>(
  periods: readonly Period<Value>[],
  { gaps }: { readonly gaps: boolean },
): Result<Timeline<Value>, TimelineError> {
  const ordered = [...periods].sort((one, other) => one.from - other.from);
  for (const [index, { from, to }] of ordered.entries()) {
    if (to !== undefined && to <= from)
      return err({ code: 'fact-empty', detail: `From ${formatInstant(from)} to ${formatInstant(to)} nothing can hold: to must be later` });
    const next = ordered[index + 1]?.from;
    if (next === undefined) continue;
    if (to === undefined || to > next)
      return err({
        code: 'fact-overlap',
        detail: `What holds from ${formatInstant(from)} ${to === undefined ? 'has no end' : `ends at ${formatInstant(to)}`}, and the next begins at ${formatInstant(next)}: end it there`,
      });
    if (!gaps && to < next)
      return err({
        code: 'fact-gap',
        detail: `Nothing holds from ${formatInstant(to)} to ${formatInstant(next)}, where something must: close the gap`,
      });
  }
  return ok(ordered);
}

export function periodAt<Value>(timeline: Timeline<Value>, at: Instant): Period<Value> | undefined {
  return timeline.find(({ from, to }) => from <= at && (to === undefined || at < to));
}

/**
 * A change point: from its instant on this holds, until its own end or the next change point. Whatever the order in which change
 * points of different instants come, the timeline is the same; one of the same instant replaces the earlier.
 */
export function withPeriod<Value>(timeline: Timeline<Value>, added: Period<Value>): Timeline<Value> {
  const others = timeline.filter(({ from }) => from !== added.from);
  return [...others, added].sort((one, other) => one.from - other.from).map((period, index, all) => cut(period, all[index + 1]?.from));
}

function cut<Value>({ from, to, value }: Period<Value>, next: Instant | undefined): Period<Value> {
  const end = to === undefined ? next : next === undefined ? to : (Math.min(to, next) as Instant);
  return end === undefined ? { from, value } : { from, to: end, value };
}
