/**
 * One row of the catalogue states facts once: a single DI or a family of them.
 *
 * A pair of letters in `di` stands for one byte that a family runs through:
 *
 *     RR  rate 00 (total) .. 3F       block   HH  settlement day 00 (now) .. 0C     block
 *     PP  phase 01 (A) .. 03 (C)      block   TT  total 00, then phases .. 03       block
 *     WW  status word 01 .. 07        block   NN  n-th last, n-th of a list 01 .. FE
 *     KK  day table 01 .. 08                  SS  settlement day of the year 01 .. 03
 *     LL  password level 01 (level 0) .. 0A   GG  class of load record 00 .. 06
 *     XX  phase 01 .. 03, in DI2
 *     QQ  rate of a price 01 .. 3F            MM  kind of a demand limit 01 .. 06
 *
 * Where a pair can be a block, FF in its place reads the whole run at once, one item behind the other.
 */
export type Unit =
  | ''
  | 'kWh'
  | 'kvarh'
  | 'kVAh'
  | 'kW'
  | 'kvar'
  | 'kVA'
  | 'V'
  | 'A'
  | 'Hz'
  | 'deg'
  | '%'
  | '°C'
  | 'yuan'
  | 'yuan/kWh'
  | 'times'
  | 's'
  | 'min'
  | 'ms'
  | 'Ah'
  | 'imp/kWh'
  | 'imp/kvarh';

export interface DiRow {
  /** 8 characters, DI3 first: hex digits and pairs of letters as above. */
  readonly di: string;
  /**
   * OBIS where one exists, else `dlt645:DI`, never an invented code. RR fills E, HH fills F (00 → 255, not written;
   * 01..0C → 101..112); a list in parentheses has one entry for each phase of PP or TT.
   */
  readonly register: string;
  /** `{RR}`, `{HH}` and so on say where the family's words go; `{now}` is "current" for a single present value. */
  readonly name: string;
  /** The standard's own format; byte length and scale derive from it. A time behind `@` belongs to the value before it. */
  readonly picture: string;
  readonly unit: Unit;
  /** The top bit of the top byte is a sign. */
  readonly signed: boolean;
  readonly access: 'read' | 'read-write' | 'write';
  readonly source: string;
  /** The picture that some meters have instead, told by the length of the data. */
  readonly shorter?: string;
  /** The picture repeats as often as the data is long, at most so many times. */
  readonly upTo?: number;
  /** What each repetition is called, from the first on; `{n}` is its number from 1. Without it the repetitions are numbered. */
  readonly each?: readonly string[];
  /** A structure instead of one picture: its parts follow one another. */
  readonly parts?: readonly RowPart[];
  /** A structure may end after any part: makers leave the last ones away. */
  readonly mayEndEarly?: boolean;
  /** The byte that means "not set" throughout; FF where nothing is said. */
  readonly unset?: number;
  /** A table that is written with fewer entries than the meter keeps is filled up with its last one. */
  readonly repeatsLast?: boolean;
  /** Its value goes on by itself. */
  readonly isClock?: boolean;
}

export interface RowPart {
  readonly name: string;
  readonly picture: string;
  readonly unit: Unit;
  /** Where it differs from the row's. */
  readonly signed?: boolean;
  readonly unset?: number;
}

/** Where a row's facts come from. */
export const STANDARD = 'DL/T 645-2007 annex A';
/** Not in the base standard: at least two independent meter or terminal firmwares agree. */
export const SUPPLEMENT = 'DL/T 645-2007 supplement, as implemented by meters';
/** Not in the base standard, and seen in one implementation only. */
export const FIELD = 'seen in one implementation';
