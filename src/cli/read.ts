import { parsePicture, parseValue } from '../../protocols/dlt645/index.ts';
import { asRegister } from '../core/model/register.ts';
import { type MeterFailure, type RegisterAnswer, shownBy } from '../core/ports/meter-gateway.ts';
import { type LoadRecordAsk, readLoadRecords } from '../drivers/dlt645/load-records.ts';
import { OperatorError } from '../kernel/app-error.ts';
import { type Clock, formatInstant } from '../kernel/clock.ts';
import type { LocalTime } from '../kernel/local-time.ts';
import type { Result } from '../kernel/result.ts';
import { failureOf, type MeterOptions, withMeter } from './meter-session.ts';

/** One register as it is printed. */
export interface ReadAnswer {
  readonly register: string;
  /** Where one register holds several values. */
  readonly part?: string;
  readonly value: string | null;
  readonly unit: string;
  /** When, by the meter's own clock: of demands and records. */
  readonly occurred?: string;
  readonly readAt: string;
}

export interface ReadOptions extends MeterOptions {
  readonly register: string;
  /** Of load records. */
  readonly blocks?: string | undefined;
  readonly from?: string | undefined;
}

/** Reads one register, or every item of a block; `value` is exactly what the meter gave, null where it has none. */
export async function readRegister(options: ReadOptions, clock: Clock): Promise<readonly ReadAnswer[]> {
  const records = loadRecordsOf(options);
  return withMeter(options, clock, async (driver, meter, bus) => {
    const asking = { priority: 'on-demand' } as const;
    const answer: Result<readonly RegisterAnswer[], MeterFailure> =
      records === undefined
        ? await driver.readRegisters(meter, [asRegister(options.register)], asking)
        : await readLoadRecords({ bus, clock, meter, asking }, records);
    if (!answer.ok) throw failureOf(answer.error, options.address);
    return answer.value.map(toReadAnswer);
  });
}

function toReadAnswer(answer: RegisterAnswer): ReadAnswer {
  const { register, part, unit, occurred, readAt } = answer;
  return {
    register,
    ...(part === undefined ? {} : { part }),
    value: shownBy(answer) ?? null,
    unit,
    ...(occurred === undefined ? {} : { occurred }),
    readAt: formatInstant(readAt),
  };
}

const LOAD_RECORD = /^(?:dlt645:)?(060[0-6]000([012]))$/;
const MOST_BLOCKS = 255;

/** What the options ask for of load records: the oldest ones (00), those from a time on (01) or the last one (02). */
function loadRecordsOf({ protocol, register, blocks, from }: ReadOptions): LoadRecordAsk | undefined {
  const [, di, which] = protocol === 'dlt645-2007' ? (LOAD_RECORD.exec(register) ?? []) : [];
  if (di === undefined) {
    if (blocks !== undefined || from !== undefined) throw wrong('--blocks or --from', 'given', `none: ${register} is no load record`);
    return undefined;
  }
  if (which === '2' && blocks !== undefined) throw wrong('--blocks', blocks, `none: ${di} is the last record alone`);
  const asked = blocksOf(blocks ?? '1');
  if (which === '1') return { di, blocks: asked, from: localTimeOf(from ?? 'missing') };
  if (from !== undefined) throw wrong('--from', from, `none: only 06${di.slice(2, 4)}0001 is read from a time on`);
  return which === '0' ? { di, blocks: asked } : { di };
}

function blocksOf(text: string): number {
  const blocks = Number(text);
  if (!/^\d{1,3}$/.test(text) || blocks < 1 || blocks > MOST_BLOCKS) throw wrong('--blocks', text, `1 to ${MOST_BLOCKS}`);
  return blocks;
}

const MINUTE = parsePicture('YYMMDDhhmm');

function localTimeOf(text: string): LocalTime {
  const moment = parseValue(MINUTE, false, text);
  if (!moment.ok || moment.value.kind !== 'moment') throw wrong('--from', text, 'a time by the clock of the meter, as 2026-11-24T08:15');
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = moment.value.fields;
  return { year, month, day, hour, minute, second: 0 };
}

const wrong = (option: string, value: string, expected: string) =>
  new OperatorError('bad-request', `${option} is ${value}; expected ${expected}`, { option });

export function answerLine({ register, part, value, unit, occurred, readAt }: ReadAnswer): string {
  const name = part === undefined ? register : `${register} ${part}`;
  return `${name} ${value ?? 'no value'} ${unit}${occurred === undefined ? '' : ` of ${occurred}`} at ${readAt}`;
}
