import type { RegisterReading } from '../core/model/bill.ts';
import { corrects } from '../core/model/correction.ts';
import type { Wrong } from './read-yaml.ts';

/**
 * Refuses corrections in a circle: each would be corrected and none of their readings would stand. Two of one instant that correct each
 * other are another matter: they contradict each other, and neither is believed.
 *
 * @param given what the file says under `supersedes` of each
 */
export function checkCorrections(readings: readonly RegisterReading[], given: (index: number) => unknown, wrong: Wrong): void {
  const corrections = [...readings.entries()].filter(([, { supersedes }]) => supersedes !== undefined);
  for (const own of Map.groupBy(corrections, ([, { meter, register }]) => JSON.stringify([meter, register])).values()) {
    const circle = circleOf(own.map(([, reading]) => reading))?.map((order) => own[order]?.[0] ?? 0);
    const [first] = circle ?? [];
    if (circle === undefined || first === undefined) continue;
    const way = [...circle, first].map((index) => `readings[${index}]`).join(' → ');
    throw wrong(`readings[${first}].supersedes`, given(first), `corrections that do not end where they began: ${way}; remove one of them`);
  }
}

/** Each reading takes the place of the next one, and the last of the first. */
function circleOf(corrections: readonly RegisterReading[]): readonly number[] | undefined {
  const next = corrections.map((one) =>
    [...corrections.entries()]
      .filter(([, other]) => corrects(one, other) && !(corrects(other, one) && other.at === one.at))
      .map(([to]) => to),
  );
  const finished = new Set<number>();
  for (const start of next.keys()) {
    // A way of its own instead of calls within calls: a chain may have as many links as a file has readings.
    const way: number[] = [];
    const open = [{ node: start, depth: 0 }];
    for (let step = open.pop(); step !== undefined; step = open.pop()) {
      for (const left of way.splice(step.depth)) finished.add(left);
      const begun = way.indexOf(step.node);
      if (begun >= 0) return way.slice(begun);
      if (finished.has(step.node)) continue;
      way.push(step.node);
      for (const node of next[step.node] ?? []) open.push({ node, depth: way.length });
    }
    for (const left of way) finished.add(left);
  }
  return undefined;
}
