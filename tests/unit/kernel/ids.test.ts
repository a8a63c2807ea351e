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
