/** The few shapes that every answer is made of. */
import Type from 'typebox';
import { formatInstant, type Instant } from '../../kernel/clock.ts';

export const text = (description: string) => Type.String({ description });
/** Money and energy are decimal strings, never JSON numbers. */
export const yuan = (description: string) => Type.String({ description: `${description}, yuan as a decimal string` });
export const instant = (description: string) => Type.String({ format: 'date-time', description: `${description}, RFC 3339 in UTC` });

export const textOrNull = (description: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], description });
export const instantOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description: `${description}, RFC 3339 in UTC` });
export const flagOrNull = (description: string) => Type.Unsafe<boolean | null>({ type: ['boolean', 'null'], description });

export function oneOf<const Word extends string>(words: readonly Word[], description: string) {
  return Type.Unsafe<Word>({ type: 'string', enum: words, description });
}

/** A schema of `SHARED_SCHEMAS` by its name; `Dto` is what it describes. */
export const ref = <Dto>(name: string) => Type.Unsafe<Dto>({ $ref: `${name}#` });
export const refOrNull = <Dto>(name: string) => Type.Unsafe<Dto | null>({ anyOf: [{ $ref: `${name}#` }, { type: 'null' }] });
export const listOf = <Dto>(name: string, description: string) => Type.Array(ref<Dto>(name), { description });

export const pageOf = <Dto>(name: string) =>
  Type.Object({ items: listOf<Dto>(name, 'One page'), nextCursor: textOrNull('Where the next page begins; null on the last one') });

export const formatOrNull = (at: Instant | undefined): string | null => (at === undefined ? null : formatInstant(at));
export const orNull = <T>(value: T | undefined): T | null => value ?? null;

interface PageLike<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | undefined;
}

export function toPage<Item, Dto>({ items, nextCursor }: PageLike<Item>, toDto: (item: Item) => Dto) {
  return { items: items.map(toDto), nextCursor: orNull(nextCursor) };
}
