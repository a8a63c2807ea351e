import { AppError } from '../../../src/kernel/app-error.ts';
import { readBcd, writeBcd } from '../../shared/bcd.ts';
import { isMoment } from '../../shared/calendar.ts';

/** When to freeze; null is "any", so a day with no month is monthly and all null is now. */
export interface FreezeMoment {
  readonly month: number | null;
  readonly day: number | null;
  readonly hour: number | null;
  readonly minute: number | null;
}

export const FREEZE_NOW: FreezeMoment = { month: null, day: null, hour: null, minute: null };

const ANY = 99;
const MOMENT_BYTES = 4;

/** Reads mm hh DD MM; undefined where it is no moment. */
export function readFreezeMoment(data: Uint8Array): FreezeMoment | undefined {
  if (data.length !== MOMENT_BYTES) return undefined;
  const [minute, hour, day, month] = [0, 1, 2, 3].map((at) => readBcd(data, at, 1));
  if (minute === undefined || hour === undefined || day === undefined || month === undefined) return undefined;
  const open = (field: number) => (field === ANY ? null : field);
  const moment = { month: open(month), day: open(day), hour: open(hour), minute: open(minute) };
  return fits(moment) ? moment : undefined;
}

/** Writes mm hh DD MM, 99 for any. */
export function writeFreezeMoment(moment: FreezeMoment): Uint8Array {
  if (!fits(moment)) throw new AppError('bad-data', 'no such moment to freeze at', { moment });
  const data = new Uint8Array(MOMENT_BYTES);
  const { month, day, hour, minute } = moment;
  for (const [at, field] of [minute, hour, day, month].entries()) writeBcd(data, at, 1, field ?? ANY);
  return data;
}

function fits({ month, day, hour, minute }: FreezeMoment): boolean {
  return isMoment({ month: month ?? 1, day: day ?? 1, hour: hour ?? 0, minute: minute ?? 0 });
}
