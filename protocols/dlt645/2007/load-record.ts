/**
 * Load records (class 06): what a meter noted of itself at regular times. One record:
 *
 *     A0 A0 | len | mm hh DD MM YY | 1 AA | 2 AA | 3 AA | 4 AA | 5 AA | 6 AA | CS | E5        (E0 E0: the meter calls it bad)
 *
 *     1  U and I of the phases, frequency   17      4  energies                    16
 *     2  P and Q, whole and phases          24      5  reactive by quadrant        16
 *     3  power factor, whole and phases      8      6  present demands              6
 *
 * `len` counts what follows it, up to CS, which sums from the first A0 to the last AA. A section that was not recorded is
 * its AA alone: BCD can't hold AA. Some meters count CS in `len`; a record is where its E5 is.
 *
 * @source DL/T 645-2007 annex B
 */
import { AppError } from '../../../src/kernel/app-error.ts';
import type { LocalTime } from '../../../src/kernel/local-time.ts';
import { writeLocalTime } from '../../shared/calendar.ts';
import { parsePicture } from '../../shared/picture.ts';
import { sum8 } from '../../shared/sum8.ts';
import { readValue, type Value } from '../../shared/value.ts';
import { type Field, findRow } from './catalog/find.ts';
import { fieldBytes, type Item } from './items.ts';

/** The registers of each section, in order. */
const SECTIONS: readonly (readonly string[])[] = [
  ['02010100', '02010200', '02010300', '02020100', '02020200', '02020300', '02800002'],
  ['02030000', '02030100', '02030200', '02030300', '02040000', '02040100', '02040200', '02040300'],
  ['02060000', '02060100', '02060200', '02060300'],
  ['00010000', '00020000', '00030000', '00040000'],
  ['00050000', '00060000', '00070000', '00080000'],
  ['02800004', '02800005'],
];
const fieldsOfSections: readonly (readonly Field[])[] = SECTIONS.map((dis) => dis.map(fieldOf));

function fieldOf(di: string): Field {
  const [field] = findRow(di)?.fields ?? [];
  if (field === undefined) throw new AppError('internal', 'a load record holds a register that the catalogue lacks', { di });
  return field;
}

export interface LoadRecord {
  /** Null where the bytes are no date. */
  readonly time: Value | null;
  /** False: the meter itself calls the record bad. */
  readonly intact: boolean;
  /** Of the sections that were recorded. */
  readonly items: readonly Item[];
}

export interface DecodedLoadRecords {
  readonly records: readonly LoadRecord[];
  /** From the first byte on that begins no record that verifies. */
  readonly extra: Uint8Array;
}

const GOOD = 0xa0;
const BAD = 0xe0;
const SECTION_END = 0xaa;
const RECORD_END = 0xe5;
const TIME = parsePicture('YYMMDDhhmm');
const TIME_AT = 3;
const SECTIONS_AT = 8;
const EMPTY_SECTIONS_BYTES = SECTIONS_AT + SECTIONS.length;

/** Takes the bytes behind a load record's DI apart; never throws. No bytes at all: the meter has no such record. */
export function decodeLoadRecords(data: Uint8Array): DecodedLoadRecords {
  const records: LoadRecord[] = [];
  let at = 0;
  while (at < data.length) {
    const found = recordAt(data, at);
    if (found === undefined) break;
    records.push(found.record);
    at = found.end;
  }
  return { records, extra: data.slice(at) };
}

function recordAt(data: Uint8Array, at: number): { readonly record: LoadRecord; readonly end: number } | undefined {
  const head = data[at];
  if ((head !== GOOD && head !== BAD) || data[at + 1] !== head) return undefined;
  const counted = at + TIME_AT + (data[at + 2] ?? 0);
  const checksumAt = data[counted + 1] === RECORD_END ? counted : counted - 1;
  if (data[checksumAt + 1] !== RECORD_END || checksumAt < at + EMPTY_SECTIONS_BYTES) return undefined;
  if (data[checksumAt] !== sum8(data, at, checksumAt)) return undefined;
  const items = itemsOf(data.subarray(at + SECTIONS_AT, checksumAt));
  if (items === undefined) return undefined;
  return { record: { time: readValue(TIME, false, data, at + TIME_AT) ?? null, intact: head === GOOD, items }, end: checksumAt + 2 };
}

/** Undefined where the sections are not six. */
function itemsOf(sections: Uint8Array): readonly Item[] | undefined {
  const items: Item[] = [];
  let from = 0;
  for (const fields of fieldsOfSections) {
    const to = sections.indexOf(SECTION_END, from);
    if (to < 0) return undefined;
    if (to > from) items.push(...sectionItems(fields, sections.subarray(from, to)));
    from = to + 1;
  }
  return from === sections.length ? items : undefined;
}

function sectionItems(fields: readonly Field[], bytes: Uint8Array): readonly Item[] {
  let at = 0;
  return fields.map((field) => {
    const { di, register, name, unit, picture, signed } = field;
    const value = readValue(picture, signed, bytes, at) ?? null;
    at += fieldBytes(field) ?? 0;
    return { di, register, name, unit, value };
  });
}

/** The bytes of the six sections, each as its registers travel; an empty one was not recorded. */
export type LoadRecordSections = readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];

/** Encodes a record as a meter does; the simulator's half. */
export function encodeLoadRecord(time: LocalTime, sections: LoadRecordSections): Uint8Array {
  const checksumAt = sections.reduce((sum, section) => sum + section.length + 1, SECTIONS_AT);
  const record = new Uint8Array(checksumAt + 2).fill(GOOD, 0, 2);
  record[2] = checksumAt - TIME_AT;
  if (!writeLocalTime(record, TIME_AT, time, 'minute')) throw new AppError('bad-data', 'a load record is of 2000..2099', { time });
  let at = SECTIONS_AT;
  for (const section of sections) {
    record.set(section, at);
    record[at + section.length] = SECTION_END;
    at += section.length + 1;
  }
  record[checksumAt] = sum8(record, 0, checksumAt);
  record[checksumAt + 1] = RECORD_END;
  return record;
}

/** Class 06, whichever record of it. */
export const isLoadRecordDi = (di: string): boolean => /^060[0-6]000[0-2]$/.test(di);
