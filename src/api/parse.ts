/** From checked texts to the core's words; what a pattern cannot say is refused here, naming the field. */
import { type Instant, parseInstant } from '../kernel/clock.ts';
import { fen, type Money, NO_MONEY, parseFen } from '../kernel/units.ts';
import { ProblemError } from './problem-error.ts';

/** 10 million yuan: more in one payment is a mistake. */
const LARGEST_PAYMENT = fen(1_000_000_000n);

export function parseAmount(text: string): Money {
  const amount = parseFen(text);
  if (!amount.ok || amount.value <= NO_MONEY || amount.value > LARGEST_PAYMENT)
    throw refused('amount', 'yuan in whole fen, more than 0.00 and at most 10000000.00');
  return amount.value;
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `YYYY-MM-DD` of a day that exists. */
export function parseDate(text: string, field: string): string {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && isLeap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
  if (day < 1 || day > days) throw refused(field, 'a day that exists, as 2026-11-24');
  return text;
}

export function parseInstantField(text: string, field: string): Instant;
export function parseInstantField(text: string | undefined, field: string): Instant | undefined;
export function parseInstantField(text: string | undefined, field: string): Instant | undefined {
  if (text === undefined) return undefined;
  const at = parseInstant(text);
  if (at === undefined) throw refused(field, 'an instant that exists, as 2026-11-24T08:00:00Z');
  return at;
}

export function refused(field: string, expected: string): ProblemError {
  return new ProblemError('bad-request', { field, detail: `The field ${field}: expected ${expected}` });
}
