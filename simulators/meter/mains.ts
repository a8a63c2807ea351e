import type { Instant } from '../../src/kernel/clock.ts';
import { noiseAt } from '../random.ts';

/** What the instrument sees at a moment, in the last digit that its registers show. */
export interface Mains {
  /** Tenths of a volt, in front of the relay. */
  readonly decivolts: number;
  readonly milliamps: number;
  readonly watts: number;
  readonly reactiveVar: number;
  readonly apparentVa: number;
  /** Thousandths. */
  readonly powerFactor: number;
  /** Hundredths of a hertz. */
  readonly centihertz: number;
}

const NOMINAL_DECIVOLTS = 2200;
const NOMINAL_CENTIHERTZ = 5000;
/** Mains values hold still for so long. */
const STEADY_MS = 10_000;
const UNITY = 1000;

/** @param seed the meter's own, so that neighbours differ a little */
export function mainsAt(seed: number, now: Instant, watts: number): Mains {
  const moment = Math.floor(now / STEADY_MS);
  const decivolts = NOMINAL_DECIVOLTS + noiseAt(seed, moment, 60);
  const centihertz = NOMINAL_CENTIHERTZ + noiseAt(seed ^ 1, moment, 4);
  if (watts === 0) return { decivolts, centihertz, milliamps: 0, watts: 0, reactiveVar: 0, apparentVa: 0, powerFactor: UNITY };
  const powerFactor = 955 + noiseAt(seed ^ 2, moment, 30);
  const apparentVa = Math.round((watts * UNITY) / powerFactor);
  return {
    decivolts,
    centihertz,
    milliamps: Math.round((apparentVa * 10_000) / decivolts),
    watts,
    reactiveVar: Math.round(Math.sqrt(Math.max(apparentVa ** 2 - watts ** 2, 0))),
    apparentVa,
    powerFactor,
  };
}
