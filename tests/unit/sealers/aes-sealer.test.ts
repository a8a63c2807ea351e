import { describe, expect, test } from 'vitest';
import { createSealer } from '../../../src/sealers/aes-sealer.ts';
import { OTHER_SEAL_KEY, SEAL_KEY } from '../../support/archive-facts.ts';

const ID_NUMBER = '310101199001011234';

function sealerOf(text: string) {
  const sealer = createSealer(text);
  if (sealer === undefined) throw new Error('a key makes a sealer');
  return sealer;
}

describe('a sealed text', () => {
  const sealer = sealerOf(SEAL_KEY);
  const sealed = sealer.seal(ID_NUMBER, 'customer:c1');

  test('opens for the subject that it was sealed for, and for no other', () => {
    expect(sealer.open(sealed, 'customer:c1')).toBe(ID_NUMBER);
    expect(sealer.open(sealed, 'customer:c2')).toBeUndefined();
  });

  test('does not open when one byte of it was changed', () => {
    const bytes = Buffer.from(sealed.sealed, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(sealer.open({ ...sealed, sealed: changed.toString('base64url') }, 'customer:c1')).toBeUndefined();
    }
    expect(sealer.open({ ...sealed, sealed: 'AAAA' }, 'customer:c1')).toBeUndefined();
  });

  test('is another each time, and found by its hash all the same', () => {
    const again = sealer.seal(ID_NUMBER, 'customer:c1');
    expect(again.sealed).not.toBe(sealed.sealed);
    expect(again.hash).toBe(sealed.hash);
    expect(sealer.hashesOf(ID_NUMBER)).toEqual([sealed.hash]);
    expect([sealer.matches(sealed, ID_NUMBER), sealer.matches(sealed, '310101199001011235')]).toEqual([true, false]);
  });

  test('stays readable after its key was rotated, and is unknown to a stranger', () => {
    const rotated = sealerOf(`${OTHER_SEAL_KEY},${SEAL_KEY}`);
    expect(rotated.open(sealed, 'customer:c1')).toBe(ID_NUMBER);
    expect(rotated.matches(sealed, ID_NUMBER)).toBe(true);
    expect(rotated.hashesOf(ID_NUMBER)).toContain(sealed.hash);
    expect(rotated.seal(ID_NUMBER, 'customer:c1').keyId).not.toBe(sealed.keyId);
    expect(sealerOf(OTHER_SEAL_KEY).open(sealed, 'customer:c1')).toBeUndefined();
  });
});

test('without a key there is no sealer', () => {
  expect([createSealer(undefined), createSealer(' ')]).toEqual([undefined, undefined]);
});

test('takes 32 bytes as base64 too, and says what is wrong without showing the key', () => {
  expect(sealerOf(Buffer.from(SEAL_KEY, 'hex').toString('base64')).hashesOf('x')).toEqual(sealerOf(SEAL_KEY).hashesOf('x'));
  expect(() => createSealer('too-short')).toThrow('FEIKONG_SEAL_KEY holds a key that is not 32 bytes');
  expect(() => createSealer('too-short')).not.toThrow('too-short');
});
