import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const ROOT = path.join(import.meta.dirname, '../../..');
const ROW = /^\| (?<what>.+) \| `(?<file>tests\/.+\.test\.ts)` \| (?<title>.+) \|$/;

const rows = readFileSync(path.join(ROOT, 'docs/supported.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| what |'))
  .map((line) => ROW.exec(line)?.groups ?? { what: line, file: 'none', title: 'the row is not | what | `test file` | test |' });

test('docs/supported.md has rows', () => {
  expect(rows.length).toBeGreaterThan(40);
});

test.each(rows)('$what: its test exists', ({ file = '', title = '' }) => {
  expect(existsSync(path.join(ROOT, file)), `${file} is gone`).toBe(true);
  const titles = readFileSync(path.join(ROOT, file), 'utf8')
    .split('\n')
    .filter((line) => /^\s*(test|describe)\b|^\s*['`]/.test(line));
  expect(titles.some((line) => line.includes(title))).toBe(true);
});
