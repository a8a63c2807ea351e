import { expect, test } from 'vitest';
import { statementOf } from '../../../../src/core/ledger/statement.ts';
import type { AccountMove } from '../../../../src/core/model/journal.ts';
import { plusMs } from '../../../../src/kernel/clock.ts';
import { asId, type EntryId } from '../../../../src/kernel/ids.ts';
import { EVENING, yuan } from '../../../support/core-facts.ts';

const at = (seconds: number) => plusMs(EVENING, seconds * 1_000);
const move = (seq: number, seconds: number, amount: string, kind: AccountMove['kind'] = 'payment'): AccountMove => ({
  seq,
  id: asId<EntryId>(`ent_${seq}`),
  kind,
  key: `${kind}:${seq}`,
  at: at(seconds),
  businessDay: undefined,
  memo: '',
  amount: yuan(amount),
});
/** 100.00 − 0.27 + 20.00 − 3.73 = 116.00 */
const MOVES = [move(1, 0, '100'), move(2, 10, '-0.27', 'charge'), move(3, 20, '20'), move(4, 30, '-3.73', 'charge')];

test('opening, lines and closing add up', () => {
  const statement = statementOf(yuan('100'), MOVES.slice(1, 3), at(10), at(30));
  expect(statement).toMatchObject({ opening: yuan('100'), closing: yuan('119.73') });
  expect(statement.lines.map(({ seq, balance }) => [seq, balance])).toEqual([
    [2, yuan('99.73')],
    [3, yuan('119.73')],
  ]);
});

test('nothing happened: it closes as it opened', () => {
  expect(statementOf(yuan('99.73'), [], at(11), at(20))).toMatchObject({ opening: yuan('99.73'), lines: [], closing: yuan('99.73') });
});
