/**
 * Two sets of everything that tells prices: at the time that was written for it a meter takes the other set of tables, or the
 * backup prices and step blocks as the present ones, and freezes its registers.
 */
import { readLocalTime } from '../../protocols/shared/calendar.ts';
import { type Dial, dialOf } from './dial.ts';
import type { Parameters } from './parameters.ts';
import type { TouSets } from './tou-tables.ts';

const TIMES = { seasonSet: '04000106', dayTableSet: '04000107', priceSet: '04000108', stepBlocks: '04000109' } as const;

export type ChangeoverKind = keyof typeof TIMES;

export interface Changeover {
  readonly kind: ChangeoverKind;
  readonly at: Dial;
}

/** Those that have a time; all zero is none. */
export function changeoversOf(parameters: Parameters): readonly Changeover[] {
  return (Object.keys(TIMES) as ChangeoverKind[]).flatMap((kind) => {
    const time = readLocalTime(parameters.get(TIMES[kind]) ?? new Uint8Array(0), 0, 'minute');
    return time === undefined ? [] : [{ kind, at: dialOf(time) }];
  });
}

/** Prices and step blocks are copied; of the tables the other set counts from now on. */
export function changeOver(parameters: Parameters, sets: TouSets, kind: ChangeoverKind): TouSets {
  switch (kind) {
    case 'seasonSet':
      return { ...sets, seasons: sets.seasons === 1 ? 2 : 1 };
    case 'dayTableSet':
      return { ...sets, days: sets.days === 1 ? 2 : 1 };
    case 'priceSet':
      copy(parameters, '040502FF', '040501FF');
      return sets;
    case 'stepBlocks':
      copy(parameters, '040605FF', '040604FF');
      return sets;
  }
}

function copy(parameters: Parameters, from: string, to: string): void {
  const value = parameters.get(from);
  if (value !== undefined) parameters.set(to, value);
}

export const isChangeoverTime = (di: string): boolean => Object.values<string>(TIMES).includes(di);
