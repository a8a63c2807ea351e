import { describe, expect, test } from 'vitest';
import { type CommandId, createNewId } from '../../../src/kernel/ids.ts';

const zeros = (length: number) => new Uint8Array(length);

describe('new ids', () => {
  test('carry their prefix, the time and a random tail', () => {
    const newId = createNewId(
      () => 1_795_521_600_000,
      () => Uint8Array.of(0, 9, 10, 31, 32, 255, 18, 19, 20, 21),
    );
    expect(newId<CommandId>('cmd')).toBe('cmd_1k86mqmg009az0zjkmn');
  });

  test('each has a tail of its own, also where fresh bytes must be drawn', () => {
    let byte = 0;
    const counting = (length: number) => Uint8Array.from({ length }, () => byte++ >> 3);
    const newId = createNewId(() => 0, counting);
    const made = Array.from({ length: 200 }, () => newId<CommandId>('cmd'));
    expect(new Set(made.map((id) => id.length))).toEqual(new Set([23]));
    expect(byte).toBeGreaterThanOrEqual(2_000);
    const tails = made.map((id) => id.slice(-10)).join('');
    const expected = Array.from({ length: 2_000 }, (_, index) => '0123456789abcdefghjkmnpqrstvwxyz'[(index >> 3) % 32]).join('');
    expect(tails).toBe(expected);
  });

  test('sort by the time at which they were made', () => {
    let now = 1_795_521_600_000;
    const newId = createNewId(() => now++, zeros);
    const made = Array.from({ length: 100 }, () => newId<CommandId>('cmd'));
    expect([...made].sort()).toEqual(made);
  });

  test('sort by time across centuries', () => {
    const early = createNewId(() => 0, zeros)<CommandId>('cmd');
    const late = createNewId(() => Date.UTC(2100, 0, 1), zeros)<CommandId>('cmd');
    expect(early < late).toBe(true);
    expect(early).toHaveLength(late.length);
  });
});
