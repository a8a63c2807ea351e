import type { Page, PageAsk } from '../../../core/ports/queries.ts';
import { AppError } from '../../../kernel/app-error.ts';

/**
 * Makes a page of rows that were asked for with one more than the limit: if that one is there, the list goes on behind the last
 * row shown.
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  { limit }: PageAsk,
  cursorOf: (row: Row) => string,
  itemOf: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(itemOf), nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : undefined };
}

/** Greater than every position: a list from the newest begins behind it. */
export const NEWEST = Number.MAX_SAFE_INTEGER;

/**
 * Numbers of a cursor such as `17.4`; `otherwise` where the list begins.
 *
 * @errors bad-request where the cursor is none of this list's
 */
export function cursorNumbers(cursor: string | undefined, otherwise: readonly number[]): readonly number[] {
  if (cursor === undefined) return otherwise;
  const numbers = cursor.split('.').map(Number);
  if (!/^[\d.-]+$/.test(cursor) || numbers.length !== otherwise.length || !numbers.every(Number.isSafeInteger)) {
    throw new AppError('bad-request', 'the cursor is none of this list', { cursor });
  }
  return numbers;
}

/** Where a list from the newest goes on, for cursors of one number. */
export function beforeOf(cursor: string | undefined): bigint {
  const [before = NEWEST] = cursorNumbers(cursor, [NEWEST]);
  return BigInt(before);
}
