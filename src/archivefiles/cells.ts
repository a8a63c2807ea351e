/** Texts of cells as values. Undefined where the text cannot be one; full-width digits and letters are taken for plain ones before. */
import { type Instant, parseInstant } from '../kernel/clock.ts';
import { parseDecimal, rescale } from '../kernel/decimal.ts';
import { fromLocalTime, parseLocalTime, type Zone } from '../kernel/local-time.ts';
import { parseFen } from '../kernel/units.ts';

export interface CellContext {
  readonly zone: Zone;
}
export type ReadCell<Value> = (text: string, context: CellContext) => Value | undefined;

const matching =
  (pattern: RegExp): ReadCell<string> =>
  (text) =>
    pattern.test(text) ? text : undefined;

/** What may stand in a URL and in a subject. */
export const readId = matching(/^[!-~]{1,64}$/);
export const readText: ReadCell<string> = (text) => (text.length <= 200 ? text : undefined);
export const readMobile: ReadCell<string> = (text) =>
  matching(/^1\d{10}$/)(text.replace(/[ -]/g, '').replace(/^\+?86(?=1\d{10}$)/, ''), NO_ZONE);
export const readPhone: ReadCell<string> = (text) =>
  matching(/^(1\d{10}|(0\d{2,3}-?)?\d{7,8}(-\d{1,6})?)$/)(text.replace(/ /g, ''), NO_ZONE);
export const readEmail = matching(/^[^\s@]{1,64}@[^\s@]{1,190}$/);
/** 18 characters of GB 11643 with a check character that fits, 15 of the older kind, or a business licence of GB 32100. */
export const readDocument: ReadCell<string> = (text) => {
  const number = text.toUpperCase();
  if (/^\d{17}[\dX]$/.test(number)) return hasCheckCharacter(number) ? number : undefined;
  return /^(\d{15}|[0-9A-HJ-NPQRTUWXY]{18})$/.test(number) ? number : undefined;
};
export const readMeterNumber = matching(/^[0-9A-Za-z-]{1,32}$/);

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** ISO 7064 MOD 11-2, as GB 11643-1999 has it. */
function hasCheckCharacter(number: string): boolean {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
  return '10X98765432'[sum % 11] === number[17];
}

/** A day as `2026-03-01`, `2026/3/1`, `20260301` or `2026年3月1日`. */
export const readDay: ReadCell<string> = (text) => {
  const match = DAY.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = match[4] ?? '', day = match[5] ?? ''] = match;
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return parseInstant(`${iso}T00:00:00Z`) === undefined ? undefined : iso;
};
const DAY = /^(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))$/;
/** Local midnight at which a day begins. */
export const readDayStart: ReadCell<Instant> = midnightAfter(0);
/** Local midnight at which a day is over: what holds until a day holds on it too. */
export const readDayEnd: ReadCell<Instant> = midnightAfter(1);

function midnightAfter(days: number): ReadCell<Instant> {
  return (text, { zone }) => {
    const local = parseLocalTime(`${readDay(text, { zone }) ?? ''}T00:00:00`);
    return local && fromLocalTime({ ...local, day: local.day + days }, zone);
  };
}

export const readCount =
  (least: number, most: number): ReadCell<number> =>
  (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
    return value !== undefined && value >= least && value <= most ? value : undefined;
  };
/** `CT` as `40` or as the nameplate says it, `200/5`. */
export const readRatio: ReadCell<number> = (text) => {
  const [primary = '', secondary = '1', more] = text.split('/');
  const whole = readCount(1, 100_000);
  const [over, under] = [whole(primary, NO_ZONE), whole(secondary, NO_ZONE)];
  if (over === undefined || under === undefined || more !== undefined || over % under !== 0) return undefined;
  return over / under;
};
/** kVA with up to three decimals, as whole volt-amperes. */
export const readKva = readThousands(/\s*kva$/i);
/** kW with up to three decimals, as whole watts. */
export const readKw = readThousands(/\s*kw$/i);

function readThousands(unit: RegExp): ReadCell<number> {
  return (text) => {
    const parsed = parseDecimal(text.replace(unit, '').replaceAll(',', ''));
    const whole = parsed.ok ? rescale(parsed.value, 3) : undefined;
    return whole !== undefined && whole > 0n && whole <= 1_000_000_000n ? Number(whole) : undefined;
  };
}

/** Days of the month on which instalments are billed, as `10,20` or `10、20`. */
export const readDays: ReadCell<readonly number[]> = (text) => {
  const days = text.split(/[,、;/ ]+/).map((day) => readCount(1, 28)(day, NO_ZONE));
  const known = days.filter((day) => day !== undefined);
  return known.length === days.length && known.every((day, index) => day > (known[index - 1] ?? 0)) ? known : undefined;
};
export const readYuan: ReadCell<string> = (text) => {
  const plain = text.replaceAll(',', '');
  const amount = parseFen(plain);
  return amount.ok && amount.value > 0n ? plain : undefined;
};

/** One of a few words, each written in several ways. */
export const readWord =
  <Word>(words: ReadonlyMap<Word, readonly string[]>): ReadCell<Word> =>
  (text) => {
    for (const [word, writings] of words) if (writings.includes(text.toLowerCase())) return word;
    return undefined;
  };

const NO_ZONE: CellContext = { zone: 'UTC' as Zone };
