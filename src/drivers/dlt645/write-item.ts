/**
 * Writes one item of the catalogue: read before → difference → one frame → read back. The frame is never sent twice; the
 * read-back alone says what has become of it, also where its answer was lost.
 */
import {
  decodeItems,
  encodeItems,
  type FieldValue,
  type FoundRow,
  type Item,
  type Value,
  type WriteRequest,
} from '../../../protocols/dlt645/index.ts';
import type { Asking, MeterFailure } from '../../core/ports/meter-gateway.ts';
import type { Clock } from '../../kernel/clock.ts';
import { fromLocalTime, parseZone } from '../../kernel/local-time.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { DriverMeter } from '../driver.ts';
import { failureWords } from '../failure-words.ts';
import { readBack } from '../read-back.ts';
import { askOnce } from './ask-once.ts';
import { EDITION_2007 } from './edition-2007.ts';
import { fieldName } from './field-name.ts';
import { createReader } from './reader.ts';
import { wordsOf } from './refusal.ts';
import { textOf, type Wanted, type WantedError, wantedValues } from './wanted-values.ts';

export interface FieldText {
  readonly field: string;
  readonly value: string | null;
  readonly unit: string;
}

export interface FieldChange {
  readonly field: string;
  readonly unit: string;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * `planned`: a dry run, nothing was sent. `unchanged`: the meter held it already, nothing was sent. `written`: read back as
 * wanted. `refused`: the meter said no. `unknown`: what it holds is not what was wanted, or nobody could tell.
 */
export type WriteResult = 'planned' | 'unchanged' | 'written' | 'refused' | 'unknown';

export interface WriteReport {
  readonly di: string;
  readonly item: string;
  readonly result: WriteResult;
  /** Why, where it is not plain. */
  readonly reason: string | null;
  /** Null where the meter would not say. */
  readonly before: readonly FieldText[] | null;
  readonly wanted: readonly FieldText[];
  readonly difference: readonly FieldChange[];
  /** Null where nothing was sent or the meter did not answer. */
  readonly readBack: readonly FieldText[] | null;
}

interface WriteAsk {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly meter: DriverMeter;
  readonly row: FoundRow;
  readonly wanted: Wanted;
  readonly dryRun: boolean;
  readonly asking: Asking;
}

type WriteFailure = MeterFailure | WantedError;

const cannot = (protocolError: string) => err<MeterFailure>({ code: 'unsupported-action', sent: false, protocolError });

/** The item that a meter is called by: it answers to the new one from then on. */
const ADDRESS_DI = '04000401';

/** @errors of the line, or bad-wanted: nothing was written then */
export async function writeItem(ask: WriteAsk): Promise<Result<WriteReport, WriteFailure>> {
  const { meter, row, wanted, dryRun } = ask;
  const { password } = meter;
  if (row.row.access !== 'read-write') return cannot(`${row.name} is not written by this function`);
  if (password === undefined && !dryRun) return cannot('no password is given for this meter');
  const before = await readBefore(ask);
  if (!before.ok) return before;
  const values = wantedValues(row, wanted, before.value?.items);
  if (!values.ok) return values;
  const bytes = encodeItems(row, values.value, before.value?.bytes);
  const plan = planOf(row, before.value?.items, values.value);
  if (before.value !== undefined && sameBytes(before.value.bytes, bytes)) return ok({ ...plan, result: 'unchanged' });
  if (dryRun || password === undefined) return ok({ ...plan, result: 'planned' });
  return send(ask, plan, { kind: 'write', di: row.di, password, operator: meter.operatorCode, value: bytes }, values.value);
}

interface Held {
  readonly items: readonly Item[];
  /** Without what a meter adds to the items. */
  readonly bytes: Uint8Array;
}

async function readHeld({ bus, clock, row }: WriteAsk, meter: DriverMeter, asking: Asking): Promise<Result<Held, MeterFailure>> {
  const catalogRow = EDITION_2007.findRow(row.di);
  if (catalogRow === undefined) return cannot(`the catalogue has no ${row.di}`);
  const data = await createReader({ bus, clock, edition: EDITION_2007 }).readAfresh(meter, catalogRow, asking);
  if (!data.ok) return data;
  const { items, extra } = decodeItems(row, data.value.bytes);
  return ok({ items, bytes: data.value.bytes.subarray(0, data.value.bytes.length - extra.length) });
}

/** A meter that has nothing there yet may refuse to say so: what it holds is unknown then, and that is no reason not to write. */
async function readBefore(ask: WriteAsk): Promise<Result<Held | undefined, MeterFailure>> {
  const held = await readHeld(ask, ask.meter, ask.asking);
  return !held.ok && held.error.code === 'meter-refused' ? ok(undefined) : held;
}

type Plan = Omit<WriteReport, 'result'>;

function planOf(row: FoundRow, before: readonly Item[] | undefined, values: readonly FieldValue[]): Plan {
  const wanted = textsOf(row, values);
  const held = before === undefined ? null : textsOf(row, before);
  const difference = wanted.flatMap(({ field, unit, value }, index) => {
    const was = held?.[index]?.value ?? null;
    return was === value && held !== null ? [] : [{ field, unit, before: was, after: value }];
  });
  return { di: row.di, item: row.name, reason: null, before: held, wanted, difference, readBack: null };
}

function textsOf(row: FoundRow, values: readonly FieldValue[]): readonly FieldText[] {
  return values.map((value, index) => {
    const { name = '', unit = '' } = row.fields[index] ?? {};
    return { field: fieldName(row, name), value: textOf(value), unit };
  });
}

async function send(
  ask: WriteAsk,
  plan: Plan,
  request: WriteRequest,
  values: readonly FieldValue[],
): Promise<Result<WriteReport, WriteFailure>> {
  const { meter, row, clock, asking } = ask;
  const sentMs = clock.monotonicMs();
  const answer = await askOnce(ask, request);
  if (!answer.ok && !answer.error.sent) return answer;
  const refusal = answer.ok && answer.value.kind === 'refused' ? wordsOf(answer.value) : undefined;
  const answering = refusal === undefined ? answeringMeter(meter, row, plan) : meter;
  const held = await readBack((again) => readHeld(ask, answering, again), asking, clock);
  const report = { ...plan, readBack: held.ok ? textsOf(row, held.value.items) : null };
  if (refusal !== undefined) {
    const hasObeyed = held.ok && showsChange(row, plan, held.value, request);
    if (!hasObeyed) return ok({ ...report, result: 'refused', reason: refusal });
    return ok({ ...report, result: 'written', reason: `refused (${refusal}), but the meter holds it now` });
  }
  const said = answer.ok ? 'accepted' : `no answer to the write (${failureWords(answer.error)})`;
  if (!held.ok) return ok({ ...report, result: 'unknown', reason: `${said}, and none to the read-back (${failureWords(held.error)})` });
  const elapsedMs = clock.monotonicMs() - sentMs;
  const isWritten = row.row.isClock === true ? ticksFrom(values, held.value.items, elapsedMs) : sameBytes(held.value.bytes, request.value);
  if (isWritten) return ok({ ...report, result: 'written', reason: answer.ok ? null : said });
  return ok({ ...report, result: 'unknown', reason: `${said}, but the meter reads back something else` });
}

/** Whether a meter that said no has obeyed all the same. Its no stands where it did not say what it held before, and for a clock, which moves by itself. */
function showsChange({ row }: FoundRow, { before }: Plan, held: Held, { value }: WriteRequest): boolean {
  return row.isClock !== true && before !== null && sameBytes(held.bytes, value);
}

function answeringMeter(meter: DriverMeter, row: FoundRow, { wanted }: Plan): DriverMeter {
  return row.di === ADDRESS_DI ? { ...meter, address: wanted[0]?.value ?? meter.address } : meter;
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

const CLOCK_STEP_MS = 1000;
const UTC = parseZone('UTC');

/** A clock reads back as it was set, or later by as much as has gone by; a second either way is its own rounding. */
function ticksFrom([set]: readonly FieldValue[], [held]: readonly FieldValue[], elapsedMs: number): boolean {
  const [from, to] = [faceOf(set?.value), faceOf(held?.value)];
  return from !== undefined && to !== undefined && to - from >= -CLOCK_STEP_MS && to - from <= elapsedMs + 2 * CLOCK_STEP_MS;
}

/** What a clock shows as a number, its date and zone left open where it has none. */
function faceOf(value: Value | null | undefined): number | undefined {
  if (value?.kind !== 'moment' || UTC === undefined) return undefined;
  const { year = 2000, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = value.fields;
  return fromLocalTime({ year, month, day, hour, minute, second }, UTC);
}
