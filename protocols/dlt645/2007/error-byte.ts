/** Bits of the ERR byte of a refusal. */
export const ERROR_BIT = {
  other: 0x01,
  noSuchData: 0x02,
  password: 0x04,
  speed: 0x08,
  seasons: 0x10,
  daySlots: 0x20,
  tariffs: 0x40,
} as const;

const TEXTS: readonly (readonly [bit: number, text: string])[] = [
  [ERROR_BIT.other, 'other error'],
  [ERROR_BIT.noSuchData, 'no requested data'],
  [ERROR_BIT.password, 'wrong password or not authorised'],
  [ERROR_BIT.speed, 'speed cannot be changed'],
  [ERROR_BIT.seasons, 'too many seasons'],
  [ERROR_BIT.daySlots, 'too many day slots'],
  [ERROR_BIT.tariffs, 'too many tariffs'],
];

/** What the meter says is wrong, one text for each bit. */
export function errorTexts(error: number): readonly string[] {
  return TEXTS.filter(([bit]) => (error & bit) !== 0).map(([, text]) => text);
}
