import { describe, expect, test } from 'vitest';
import { createTown } from '../../../simulators/town.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { START } from './line-in-memory.ts';

const describeTown = (seed: number, count: number, profile: 'plain' | 'state-grid' = 'plain') =>
  createTown({ seed, count, profile, clock: createManualClock(START) }).map((meter) => ({
    address: meter.address,
    password: meter.password,
    registers: meter.registers(),
  }));

describe('a town of virtual meters', () => {
  test('is the same for the same seed, and the beginning of a bigger one', () => {
    expect(describeTown(7, 20)).toEqual(describeTown(7, 20));
    expect(describeTown(7, 50).slice(0, 20)).toEqual(describeTown(7, 20));
    expect(describeTown(8, 20)).not.toEqual(describeTown(7, 20));
  });

  test('gives each meter an address of its own and the password level of its profile', () => {
    const town = describeTown(1, 500);
    expect(new Set(town.map(({ address }) => address)).size).toBe(500);
    expect(town.every(({ address, password }) => /^\d{12}$/.test(address) && /^02\d{6}$/.test(password))).toBe(true);
    expect(describeTown(1, 5, 'state-grid').every(({ password }) => password.startsWith('04'))).toBe(true);
  });

  test('uses its energy in the same way whenever it is looked at', async () => {
    const clocks = [createManualClock(START), createManualClock(START)] as const;
    const [watched, alone] = clocks.map((clock) => createTown({ seed: 3, count: 3, clock, loadFactor: 50 }));
    for (let hour = 0; hour < 48; hour++) {
      for (const clock of clocks) await clock.advance(3_600_000);
      for (const meter of watched ?? []) meter.registers();
    }
    const registersOf = (town = watched) => town?.map((meter) => meter.registers());
    expect(registersOf(watched)).toEqual(registersOf(alone));
    for (const [total = 0, ...tariffs] of registersOf(alone) ?? []) expect(tariffs.reduce((sum, one) => sum + one, 0)).toBe(total);
  });
});
