import { afterEach, describe, expect, test, vi } from 'vitest';
import { requirePart } from '../../support/require-part.ts';

class Skipped extends Error {}
const context = {
  skip(reason?: string | boolean): never {
    throw new Skipped(String(reason));
  },
};

describe('a part that npm cannot bring', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('is found on PATH', () => {
    expect(requirePart('sh', context)).toMatch(/\/sh$/);
  });

  test('skips the test by name where it is missing', () => {
    vi.stubEnv('FEIKONG_REQUIRE', '');
    expect(() => requirePart('no-such-part', context)).toThrow(new Skipped('no-such-part: no no-such-part on PATH'));
  });

  test('fails the test where it is missing and required', () => {
    vi.stubEnv('FEIKONG_REQUIRE', 'socat,no-such-part');
    expect(() => requirePart('no-such-part', context)).toThrow('no-such-part is required here: no no-such-part on PATH');
  });
});
