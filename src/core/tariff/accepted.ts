import { formatInstant, type Instant } from '../../kernel/clock.ts';
import type { Energy } from '../../kernel/units.ts';
import type { RegisterReading, Remark } from '../model/bill.ts';
import { corrects } from '../model/correction.ts';
import type { RegisterName } from '../model/register.ts';

/** A register's value at an instant. */
export interface Point {
  readonly at: Instant;
  readonly value: Energy;
}

/** What each register of each meter said, in order of time. */
export interface Series {
  of(meter: string, register: RegisterName): readonly Point[];
  readonly registersOf: (meter: string) => readonly RegisterName[];
  readonly conflicts: readonly Remark[];
}

/**
 * The readings that count: a function of their set, so that neither order nor repetition matters.
 *
 * A superseded reading counts nowhere, whether the correction came before or after it. Where two values of one register and
 * instant remain neither is believed.
 */
export function acceptedReadings(readings: readonly RegisterReading[]): Series {
  const groups = new Map<string, Map<RegisterName, RegisterReading[]>>();
  for (const reading of readings) {
    const registers = groups.get(reading.meter) ?? new Map<RegisterName, RegisterReading[]>();
    groups.set(reading.meter, registers);
    const group = registers.get(reading.register);
    if (group === undefined) registers.set(reading.register, [reading]);
    else group.push(reading);
  }
  const conflicts: Remark[] = [];
  const points = new Map<string, ReadonlyMap<RegisterName, readonly Point[]>>();
  for (const [meter, registers] of groups) {
    const lists = new Map<RegisterName, readonly Point[]>();
    for (const [register, group] of registers) {
      const corrections = group.filter(({ supersedes }) => supersedes !== undefined);
      const standing = group.filter((reading) => !isSuperseded(reading, corrections));
      lists.set(register, inOrder(standing, conflicts));
    }
    points.set(meter, lists);
  }
  return {
    of: (meter, register) => points.get(meter)?.get(register) ?? [],
    registersOf: (meter) => [...(points.get(meter)?.keys() ?? [])],
    conflicts: conflicts.sort((left, right) => (left.detail < right.detail ? -1 : 1)),
  };
}

/** Two that correct each other contradict each other: both stand, and neither is believed. */
const isSuperseded = (reading: RegisterReading, corrections: readonly RegisterReading[]): boolean =>
  corrections.some((other) => corrects(other, reading) && !corrects(reading, other));

function inOrder(readings: readonly RegisterReading[], conflicts: Remark[]): readonly Point[] {
  const points: Point[] = [];
  let disputed: Instant | undefined;
  for (const { meter, register, at, value } of readings.toSorted((left, right) => left.at - right.at)) {
    const last = points.at(-1);
    if (at === disputed || (last?.at === at && last.value === value)) continue;
    if (last?.at !== at) {
      points.push({ at, value });
      continue;
    }
    points.pop();
    disputed = at;
    conflicts.push({ reason: 'readings-contradict', rule: 'neither is believed', detail: `${meter} ${register} at ${formatInstant(at)}` });
  }
  return points;
}
