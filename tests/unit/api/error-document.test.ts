import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../../src/kernel/error-codes.ts';

test('docs/errors.md says of every code what the table says, and names no other', () => {
  const text = readFileSync(path.join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');
  const documented = [...text.matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)].map(([, code, rest]) => `${code} | ${rest}`);
  const known = Object.entries(ERROR_CODES).map(
    ([code, { status, retryable, meaning, remedy }]) => `${code} | ${status} | ${retryable ? 'yes' : 'no'} | ${meaning} | ${remedy}`,
  );
  expect(documented).toEqual(known);
});
