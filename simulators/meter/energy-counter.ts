/**
 * The counting work: one shared remainder, and registers that step by 0.01 kWh. Each step goes to the tariff that runs at
 * that moment and to the total, so the total is always the exact sum of what the tariffs have counted.
 */
import { TARIFFS } from './tou.ts';

/** Whole hundredths of a kWh: the total, then T1..T4. */
export type Registers = readonly number[];

/** 0.01 kWh in watt-milliseconds. */
export const WATT_MS_A_STEP = 36_000_000;
/** A register of XXXXXX.XX starts again behind 999999.99. */
const ROLL_OVER = 100_000_000;

export interface EnergyCounter {
  /** A copy. */
  registers(): Registers;
  add(wattMs: number, tariff: number): void;
  /** All registers to zero. */
  clear(): void;
}

/** @param tariffs what T1..T4 show at the start */
export function createEnergyCounter(tariffs: readonly number[]): EnergyCounter {
  const registers = [...withTotal(tariffs)];
  let remainder = 0;
  const step = (index: number, steps: number) => {
    registers[index] = ((registers[index] ?? 0) + steps) % ROLL_OVER;
  };
  return {
    registers: () => [...registers],
    add(wattMs, tariff) {
      remainder += wattMs;
      const steps = Math.floor(remainder / WATT_MS_A_STEP);
      if (steps === 0) return;
      remainder -= steps * WATT_MS_A_STEP;
      step(0, steps);
      step(tariff, steps);
    },
    clear: () => void registers.fill(0),
  };
}

export function withTotal(tariffs: readonly number[]): Registers {
  return [tariffs.reduce((sum, register) => sum + register, 0) % ROLL_OVER, ...tariffs.slice(0, TARIFFS)];
}
