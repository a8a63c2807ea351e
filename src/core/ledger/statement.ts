import type { Instant } from '../../kernel/clock.ts';
import { addMoney, type Money } from '../../kernel/units.ts';
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

/**
 * @param opening the sum of all that was posted before `from` by the wall clock of the gateway
 * @param moves of the time, in the order of the journal
 */
export function statementOf(opening: Money, moves: readonly AccountMove[], from: Instant, to: Instant): Statement {
  let balance = opening;
  const lines = moves.map((move): StatementLine => {
    balance = addMoney(balance, move.amount);
    return { ...move, balance };
  });
  return { from, to, opening, lines, closing: balance };
}
