/** What the meters of one place really stand at, hour by hour: the same seed, the same use. */
import { ENERGY_TOTAL, energyOfRate, type RegisterName } from '../../src/core/model/register.ts';
import type { Instant } from '../../src/kernel/clock.ts';
import { type Energy, energy } from '../../src/kernel/units.ts';
import { createRandom } from './random.ts';

export const HOUR_MS = 3_600_000;
/** Hundredths of a kWh: behind six whole digits a register begins again at zero. */
const RANGE = 100_000_000n;
const MICRO_KWH = 10_000n;
const REACTIVE = ['1-0:3.8.0', '1-0:4.8.0'] as readonly string[] as readonly RegisterName[];

export interface TrueMeters {
  /** Hundredths of a kWh or of a kvarh by register, as the meter shows them. */
  at(meterIndex: number, at: Instant): ReadonlyMap<RegisterName, bigint>;
  /** The total alone, misread by some hundredths. */
  total(meterIndex: number, at: Instant, off: bigint): Energy;
  /** What was really used between two instants, across the end of the register. */
  used(meterIndex: number, from: Instant, to: Instant): Energy;
}

interface TrueMetersOptions {
  readonly seed: number;
  readonly start: Instant;
  /** Rates that have registers of their own; none where only the total counts. */
  readonly rates: readonly number[];
  readonly reactive: boolean;
  /** Whether the total is about to begin again at zero. */
  readonly nearItsEnd: boolean;
}

export function createTrueMeters({ seed, start, rates, reactive, nearItsEnd }: TrueMetersOptions): TrueMeters {
  const hourly = new Map<string, bigint[]>();
  const own = rates.length === 0 ? [0] : rates;
  const hoursUntil = (at: Instant) => Math.floor((at - start) / HOUR_MS);

  function counted(meterIndex: number, rate: number, hours: number): bigint {
    const key = `${meterIndex} ${rate}`;
    const list = hourly.get(key) ?? [BigInt(1000 * (rate + 1))];
    hourly.set(key, list);
    while (list.length <= hours) {
      const random = createRandom(seed * 7919 + meterIndex * 131 + rate * 17 + list.length);
      list.push((list.at(-1) ?? 0n) + BigInt(random.below(3) === 0 ? 0 : random.below(400)));
    }
    return list[hours] ?? 0n;
  }
  const sum = (meterIndex: number, at: Instant) => own.reduce((all, rate) => all + counted(meterIndex, rate, hoursUntil(at)), 0n);
  const base = nearItsEnd ? 99_999_900n : 0n;
  const shown = (meterIndex: number, at: Instant) => (sum(meterIndex, at) + base) % RANGE;

  return {
    at(meterIndex, at) {
      const registers = new Map<RegisterName, bigint>();
      for (const rate of rates) registers.set(energyOfRate(rate), counted(meterIndex, rate, hoursUntil(at)) % RANGE);
      registers.set(ENERGY_TOTAL, shown(meterIndex, at));
      if (reactive) for (const register of REACTIVE) registers.set(register, BigInt(hoursUntil(at)));
      return registers;
    },
    total: (meterIndex, at, off) => energy(((shown(meterIndex, at) + off + RANGE) % RANGE) * MICRO_KWH),
    used: (meterIndex, from, to) => energy((sum(meterIndex, to) - sum(meterIndex, from)) * MICRO_KWH),
  };
}
