import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CHART } from '../../../src/core/ledger/chart.ts';
import { ENTRY_KINDS } from '../../../src/core/model/journal.ts';

const text = readFileSync(path.join(import.meta.dirname, '../../../docs/ledger.md'), 'utf8');
const firstCells = (heading: string) => {
  const table = text.slice(text.indexOf(heading)).split('\n\n')[0] ?? '';
  return table
    .split('\n')
    .slice(2)
    .map((line) => /^\| `([^`]+)`/.exec(line)?.[1]);
};

test('the document lists every account of the chart and no other', () => {
  expect(firstCells('| account |')).toEqual(CHART.map(({ pattern }) => pattern));
});

test('the document lists every kind of entry and no other', () => {
  expect(firstCells('| entry |').toSorted()).toEqual([...ENTRY_KINDS].toSorted());
});
