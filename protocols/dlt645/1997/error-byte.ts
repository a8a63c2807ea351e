/** Bits of the ERR byte of a 1997 refusal; they mean something else than those of 2007. */
export const ERROR_BIT_1997 = {
  illegalData: 0x01,
  noSuchData: 0x02,
  password: 0x04,
  seasons: 0x10,
  daySlots: 0x20,
  tariffs: 0x40,
} as const;

const TEXTS: readonly (readonly [bit: number, text: string])[] = [
  [ERROR_BIT_1997.illegalData, 'illegal data'],
  [ERROR_BIT_1997.noSuchData, 'wrong data identifier'],
  [ERROR_BIT_1997.password, 'wrong password'],
  [ERROR_BIT_1997.seasons, 'too many seasons'],
  [ERROR_BIT_1997.daySlots, 'too many day slots'],
  [ERROR_BIT_1997.tariffs, 'too many tariffs'],
];

/** What the meter says is wrong, one text for each bit that the edition knows. */
export function errorTexts1997(error: number): readonly string[] {
  return TEXTS.filter(([bit]) => (error & bit) !== 0).map(([, text]) => text);
}
