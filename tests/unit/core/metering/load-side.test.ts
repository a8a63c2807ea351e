import { describe, expect, test } from 'vitest';
import { judgeLoadSide } from '../../../../src/core/metering/load-side.ts';
import type { LoadSide, RelayState } from '../../../../src/core/model/meter.ts';
import { power } from '../../../../src/kernel/units.ts';

describe('the load side', () => {
  test.each<[RelayState, bigint | undefined, LoadSide]>([
    ['closed', 1n, 'agrees'],
    ['closed', -500n, 'agrees'],
    ['closed', 0n, 'silent'],
    ['closed', undefined, 'silent'],
    ['open', 1n, 'contradicts'],
    ['open', -500n, 'contradicts'],
    ['open', 0n, 'silent'],
    ['open', undefined, 'silent'],
    ['armed', 1n, 'contradicts'],
    ['armed', 0n, 'silent'],
    ['unknown', 1n, 'silent'],
  ])('of a relay that is %s with power %o is %s', (relay, microKw, side) => {
    expect(judgeLoadSide(relay, microKw === undefined ? undefined : power(microKw))).toBe(side);
  });
});
