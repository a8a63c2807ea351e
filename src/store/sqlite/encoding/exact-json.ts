/** JSON whose exact numbers are decimal integers in texts, since JSON has none of its own. */
export const exactJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner));

/** A type after its journey through JSON, exact numbers as texts. */
export type AsText<T> = T extends bigint
  ? string
  : T extends string
    ? string
    : T extends number
      ? number
      : { readonly [Field in keyof T]: AsText<T[Field]> };
