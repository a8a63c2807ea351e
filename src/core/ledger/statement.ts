import type { Instant } from '../../kernel/clock.ts';
import { addMoney, type Money, NO_MONEY } from '../../kernel/units.ts';
import type { AccountMove } from '../model/journal.ts';

/** What a customer is shown of a time: what there was, what came and went, what is left. */
export interface Statement {
  readonly from: Instant;
  /** Not included. */
  readonly to: Instant;
  readonly opening: Money;
  readonly lines: readonly StatementLine[];
  readonly closing: Money;
}

export interface StatementLine extends AccountMove {
  /** After this line. */
  readonly balance: Money;
}

/** @param moves every move of the account, in the order of the journal */
export function statementOf(moves: readonly AccountMove[], from: Instant, to: Instant): Statement {
  const opening = balanceAt(moves, from);
  let balance = opening;
  const lines: StatementLine[] = [];
  for (const move of moves) {
    if (move.at < from || move.at >= to) continue;
    balance = addMoney(balance, move.amount);
    lines.push({ ...move, balance });
  }
  return { from, to, opening, lines, closing: balance };
}

/** The balance just before an instant: the sum of all that was posted earlier by the wall clock of the gateway. */
export const balanceAt = (moves: readonly AccountMove[], at: Instant): Money =>
  moves.reduce((sum, move) => (move.at < at ? addMoney(sum, move.amount) : sum), NO_MONEY);
