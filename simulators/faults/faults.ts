import { createRandom, type Random } from '../random.ts';
import type { FaultKind, FaultRule } from './faults-file.ts';

/** What a frame asks for, as faults are told apart by it. */
export type FrameClass = Exclude<FaultRule['on'], 'any'> | undefined;

/** What strikes one frame; drawn once, so that whoever applies it has no dice of its own. */
export interface Struck {
  readonly kind: FaultKind;
  readonly delayMs: number;
  /** 0..65535: which byte, how many chunks, which other address. */
  readonly draw: number;
}

export interface Faults {
  /** The faults that strike a frame at this meter, in the order of the rules. Asking counts as hearing a frame. */
  strike(address: string, heard: FrameClass, di?: string | null): readonly Struck[];
}

const NOTHING: readonly Struck[] = [];
export const NO_FAULTS: Faults = { strike: () => NOTHING };

/** The same seed and rules give the same faults to the same frames of a meter, whatever other meters hear meanwhile. */
export function createFaults(rules: readonly FaultRule[], seed: string): Faults {
  if (rules.length === 0) return NO_FAULTS;
  const meters = new Map<string, readonly Dice[]>();
  const diceOf = (address: string): readonly Dice[] => {
    const known = meters.get(address);
    if (known !== undefined) return known;
    const made = rules.flatMap((rule, index) =>
      rule.meter === '*' || rule.meter === address ? [createDice(rule, createRandom(`${seed}/fault/${index}/${address}`))] : [],
    );
    meters.set(address, made);
    return made;
  };
  return {
    strike(address, heard, di = null) {
      const struck: Struck[] = [];
      for (const dice of diceOf(address)) {
        const one = dice(heard, di);
        if (one !== undefined) struck.push(one);
      }
      return struck;
    },
  };
}

type Dice = (heard: FrameClass, di: string | null) => Struck | undefined;

/** One rule at one meter. */
function createDice(rule: FaultRule, random: Random): Dice {
  const on = rule.kind === 'stuckRelay' ? 'relay' : rule.on;
  let toSkip = rule.skip;
  let left = rule.limit ?? Number.POSITIVE_INFINITY;
  return (heard, di) => {
    if (on !== 'any' && on !== heard) return undefined;
    if (rule.di !== undefined && rule.di !== di) return undefined;
    const hit = random.chance(rule.probability);
    const draw = random.integer(0, 0xffff);
    if (toSkip > 0) {
      toSkip -= 1;
      return undefined;
    }
    if (!hit || left === 0) return undefined;
    left -= 1;
    return { kind: rule.kind, delayMs: rule.delayMs, draw };
  };
}
