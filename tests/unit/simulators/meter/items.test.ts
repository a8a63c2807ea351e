import { expect, test } from 'vitest';
import { decodeItems, findRow } from '../../../../protocols/dlt645/index.ts';
import { lineInMemory } from '../line-in-memory.ts';

/** What the meter has, each read through the catalogue: as long as the row says, and every item with a value. */
const IDENTIFIERS = [
  ...['00000000', '0000FF00', '00010000', '00010100', '00010400', '0001FF00', '0001FF01', '000100FF', '0002FF00'],
  ...['00900100', '00900101', '00900200', '00900201'],
  ...['02010100', '02020100', '02030000', '02030100', '0203FF00', '02040000', '02050000', '02060000'],
  ...['02800001', '02800002', '02800003', '02800004', '02800007', '02800008', '0280000A'],
  ...['04000101', '04000102', '0400010C', '04000204', '04000306', '04000401', '04000402', '04000404', '04000409', '0400040D'],
  ...['04000501', '04000503', '04000507', '040005FF', '04000B01', '04001401', '04010000', '04010001', '04800001'],
  ...['05060001', '05060101', '0506013E', '1D000001', '1E000001'],
];

test.each(IDENTIFIERS)('%s is as long as the catalogue says and holds values', (di) => {
  const row = findRow(di);
  const answer = lineInMemory().meter.answer({ kind: 'read', di }, 'own');
  if (row === undefined || answer?.kind !== 'read') throw new Error(`no row or no answer: ${JSON.stringify(answer)}`);
  const { items, extra } = decodeItems(row, answer.value);
  expect(extra).toHaveLength(0);
  expect(items.filter(({ value }) => value === null)).toEqual([]);
});

test('phases that a single-phase meter does not have show no current and no voltage, rather than zero', () => {
  const answer = lineInMemory().meter.answer({ kind: 'read', di: '0201FF00' }, 'own');
  expect(answer?.kind === 'read' && [...answer.value.subarray(2)]).toEqual([0xff, 0xff, 0xff, 0xff]);
});
