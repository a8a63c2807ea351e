import { expect, test } from 'vitest';
import { isFit } from '../../../scripts/fit-node.mjs';

test.each([
  ['18.20.0', false],
  ['22.17.1', false],
  ['22.18.0', true],
  ['22.18.1', true],
  ['22.9.0', false],
  ['24.0.0', true],
  ['100.0.0', true],
])('Node %s fits: %s', (version, fits) => {
  expect(isFit(version)).toBe(fits);
});
