import { describe, expect, test } from 'vitest';
import { createKey, hashKey } from '../../../src/api/keys.ts';
import { OperatorError } from '../../../src/kernel/app-error.ts';
import { plusMs } from '../../../src/kernel/clock.ts';
import { createCountingIds, EVENING } from '../../support/core-facts.ts';

const order = (name: string) => ({
  name,
  scopes: ['meters:read'] as const,
  createdAt: EVENING,
  expiresAt: undefined,
  newId: createCountingIds(),
  random: (length: number) => new Uint8Array(length),
});

describe('a new key', () => {
  test('is 256 random bits, and only its SHA-256 is kept', () => {
    const { plain, apiKey } = createKey(order('Bank of the East'));
    expect(plain).toBe(`fk_${'A'.repeat(43)}`);
    expect(apiKey).toEqual({
      id: 'key_000001',
      name: 'Bank of the East',
      hash: hashKey(plain),
      scopes: ['meters:read'],
      createdAt: EVENING,
      expiresAt: undefined,
    });
  });

  test('hashes as SHA-256 does', () => {
    expect(hashKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  test.each(['王小明', 'ops@utility', 'billing-2'])('may be called %s', (name) => {
    expect(createKey(order(name)).apiKey.name).toBe(name);
  });

  test.each(['', ' x', 'system:poll', 'anonymous', 'a\nb', 'x'.repeat(65)])('may not be called %j', (name) => {
    expect(() => createKey(order(name))).toThrow(OperatorError);
  });

  test('may have an end, which is to come', () => {
    expect(createKey({ ...order('x'), expiresAt: plusMs(EVENING, 1) }).apiKey.expiresAt).toBe(plusMs(EVENING, 1));
    expect(() => createKey({ ...order('x'), expiresAt: EVENING })).toThrow('expires at 2026-11-24T12:00:00.000Z has expired already');
  });

  test('has a scope', () => {
    expect(() => createKey({ ...order('x'), scopes: [] })).toThrow(OperatorError);
  });
});
