import type { Clock } from '../src/kernel/clock.ts';
import type { Zone } from '../src/kernel/local-time.ts';
import { zoneNamed } from './meter/dial.ts';
import { createLoadProfile } from './meter/load-profile.ts';
import { createMeter, type VirtualMeter } from './meter/meter.ts';
import { PROFILES, type ProfileName } from './meter/profiles.ts';
import { createRandom, type Random } from './random.ts';

export interface TownOptions {
  readonly seed: number;
  readonly count: number;
  readonly clock: Clock;
  /** Default: plain. */
  readonly profile?: ProfileName;
  /** Speeds up counting; 1, the default, is real. */
  readonly loadFactor?: number;
  /** Where the meters' clocks were set; Asia/Shanghai by default. */
  readonly zone?: Zone;
  /** How far the meters' clocks are off, besides some seconds of their own. */
  readonly clockOffsetMs?: number;
  /** Between a trip command and the relay's move; 0 by default. */
  readonly tripDelayMinutes?: number;
  /** Customers press the button so long after an arm; without it, only when `pressButton` is called. */
  readonly pressButtonAfterMs?: number;
}

const HALF_ADDRESS = 999_999;
const LONGEST_WAKE_UP = 4;
const CLOCK_SPREAD_MS = 8_000;
const DRIFT_SPREAD_PPM = 10;

/**
 * A town of meters: the same seed gives the same addresses, passwords, registers at the start and habits. The first
 * meters of a bigger town of that seed are those of a smaller one.
 */
export function createTown({ seed, count, ...options }: TownOptions): readonly VirtualMeter[] {
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const random = createRandom(`${seed}/meter/${index}`);
    const address = freeAddress(random, taken);
    taken.add(address);
    return createTownMeter(address, random, options);
  });
}

function createTownMeter(address: string, random: Random, options: Omit<TownOptions, 'seed' | 'count'>): VirtualMeter {
  const profile = options.profile ?? 'plain';
  return createMeter({
    clock: options.clock,
    zone: options.zone ?? zoneNamed('Asia/Shanghai'),
    address,
    profile,
    password: PROFILES[profile].level + sixDigits(random),
    tariffs: [
      random.integer(500, 40_000),
      random.integer(10_000, 160_000),
      random.integer(15_000, 200_000),
      random.integer(10_000, 120_000),
    ],
    load: createLoadProfile(random),
    loadFactor: options.loadFactor ?? 1,
    clockOffsetMs: (options.clockOffsetMs ?? 0) + random.integer(-CLOCK_SPREAD_MS, CLOCK_SPREAD_MS),
    clockDriftPpm: random.integer(-DRIFT_SPREAD_PPM, DRIFT_SPREAD_PPM),
    tripDelayMinutes: options.tripDelayMinutes ?? 0,
    pressButtonAfterMs: options.pressButtonAfterMs,
    wakeUpBytes: random.chance(0.5) ? LONGEST_WAKE_UP : 0,
  });
}

/** Never 99…99, which calls everybody: the first half stays below. */
function freeAddress(random: Random, taken: ReadonlySet<string>): string {
  for (;;) {
    const address = String(random.integer(1, HALF_ADDRESS - 1)).padStart(6, '0') + sixDigits(random);
    if (!taken.has(address)) return address;
  }
}

const sixDigits = (random: Random) => String(random.integer(0, HALF_ADDRESS)).padStart(6, '0');
