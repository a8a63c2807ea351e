/**
 * What an installer does to one meter: speed, passwords, clearing, the multi-function terminal. One frame, never sent twice. A
 * clearing is shown by the meter's own count of it, read before and after, and a speed by a read at it; for the rest there is only the
 * meter's answer.
 */
import { decodeItems, findRow, type MaintenanceRequest, type Reply } from '../../../protocols/dlt645/index.ts';
import type { Asking, MeterFailure } from '../../core/ports/meter-gateway.ts';
import { AppError } from '../../kernel/app-error.ts';
import { toHex } from '../../kernel/bytes.ts';
import type { Clock } from '../../kernel/clock.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { PortSettings } from '../../transports/port-settings.ts';
import type { DriverMeter } from '../driver.ts';
import { failureWords } from '../failure-words.ts';
import { readBack } from '../read-back.ts';
import { askOnce } from './ask-once.ts';
import { EDITION_2007 } from './edition-2007.ts';
import { createReader } from './reader.ts';
import { wordsOf } from './refusal.ts';

/** What is wanted; passwords and operator are the meter's. */
export type Maintenance =
  | Extract<MaintenanceRequest, { kind: 'change-speed' | 'multi-function-output' }>
  | { readonly kind: 'change-password'; readonly newPassword: string }
  | { readonly kind: 'clear-demand' | 'clear-meter' }
  | { readonly kind: 'clear-events'; readonly di: string };

export interface MaintenanceReport {
  /** `proven`: the meter's own count has gone up, or it speaks at its new speed. `accepted`: it said yes, and nothing else can show it. */
  readonly result: 'proven' | 'accepted' | 'refused' | 'unknown';
  readonly reason: string | null;
  /** The meter's count of such acts; null where it keeps none or would not say. */
  readonly countBefore: string | null;
  readonly countAfter: string | null;
}

interface MaintenanceAsk {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly meter: DriverMeter;
  readonly asking: Asking;
  /** What a line is set to whose speed is ours to set; one behind a converter has the converter's. */
  readonly linePort?: PortSettings | undefined;
}

/** Where a meter counts how often it was cleared. */
const COUNT_DI: Readonly<Partial<Record<Maintenance['kind'], string>>> = {
  'clear-meter': '03300100',
  'clear-demand': '03300200',
  'clear-events': '03300300',
};

/** @errors of the line: nothing was changed then */
export async function maintain(ask: MaintenanceAsk, wanted: Maintenance): Promise<Result<MaintenanceReport, MeterFailure>> {
  const request = requestOf(wanted, ask.meter);
  if (request === undefined) return err({ code: 'unsupported-action', sent: false, protocolError: 'no password is given for this meter' });
  const countBefore = await countOf(ask, wanted, ask.asking);
  if (!countBefore.ok) return countBefore;
  const answer = await askOnce(ask, request);
  if (!answer.ok && !answer.error.sent) return answer;
  const after = await readBack((again) => countOf(ask, wanted, again), ask.asking, ask.clock);
  const counts = { countBefore: textOf(countBefore.value), countAfter: after.ok ? textOf(after.value) : null };
  const wentUp = countBefore.value !== undefined && after.ok && after.value !== undefined && after.value > countBefore.value;
  if (answer.ok && answer.value.kind === 'refused') return ok({ ...refusedOrDone(wordsOf(answer.value), wentUp), ...counts });
  const unanswered = answer.ok ? null : `no answer to it (${failureWords(answer.error)})`;
  if (wentUp) return ok({ result: 'proven', reason: unanswered, ...counts });
  if (wanted.kind === 'change-speed' && ask.linePort !== undefined) {
    const speaks = await speaksAt({ ...ask.linePort, baudRate: wanted.speed }, ask);
    if (speaks) return ok({ result: 'proven', reason: unanswered, ...counts });
    return ok({ result: 'unknown', reason: unanswered ?? `accepted, but it is not heard at ${wanted.speed} bit/s`, ...counts });
  }
  const said = unanswered ?? 'accepted';
  if (!after.ok) return ok({ result: 'unknown', reason: `${said}, and none to the read-back (${failureWords(after.error)})`, ...counts });
  if (!answer.ok) return ok({ result: 'unknown', reason: said, ...counts });
  if (countBefore.value !== undefined) return ok({ result: 'unknown', reason: 'accepted, but the meter has not counted it', ...counts });
  return ok({ ...acceptedOrOdd(wanted, answer.value), ...counts });
}

type Judged = Pick<MaintenanceReport, 'result' | 'reason'>;

/** The meter's count is what it did, whatever it says. */
const refusedOrDone = (refusal: string, wentUp: boolean): Judged =>
  wentUp ? { result: 'proven', reason: `refused (${refusal}), but the meter has counted it` } : { result: 'refused', reason: refusal };

function acceptedOrOdd(wanted: Maintenance, answer: Reply): Judged {
  const told = answer.kind === 'accepted' ? answer.data : new Uint8Array(0);
  if (repeats(wanted, told)) return { result: 'accepted', reason: null };
  return { result: 'unknown', reason: 'accepted, but the meter repeats something else than it was told' };
}

const ADDRESS_DI = '04000401';

/** Whether the meter says its address with the line set to this. */
async function speaksAt(port: PortSettings, { bus, clock, meter, asking }: MaintenanceAsk): Promise<boolean> {
  const row = EDITION_2007.findRow(ADDRESS_DI);
  if (row === undefined) throw new AppError('internal', 'the catalogue has no communication address');
  const reader = createReader({ bus, clock, edition: EDITION_2007 });
  return (await readBack((again) => reader.readAfresh({ ...meter, port }, row, again), asking, clock)).ok;
}

/** The count goes from 000000 to 999999, and then it begins anew: then nothing is shown. */
async function countOf(
  { bus, clock, meter }: MaintenanceAsk,
  { kind }: Maintenance,
  asking: Asking,
): Promise<Result<bigint | undefined, MeterFailure>> {
  const di = COUNT_DI[kind];
  const catalogRow = di === undefined ? undefined : EDITION_2007.findRow(di);
  const row = di === undefined ? undefined : findRow(di);
  if (catalogRow === undefined || row === undefined) return ok(undefined);
  const data = await createReader({ bus, clock, edition: EDITION_2007 }).readAfresh(meter, catalogRow, asking);
  if (!data.ok) return data.error.code === 'meter-refused' ? ok(undefined) : data;
  const value = decodeItems(row, data.value.bytes).items[0]?.value;
  return ok(value?.kind === 'number' ? value.decimal.unscaled : undefined);
}

const textOf = (count: bigint | undefined): string | null => (count === undefined ? null : String(count));

function requestOf(wanted: Maintenance, { password, operatorCode: operator }: DriverMeter): MaintenanceRequest | undefined {
  if (wanted.kind === 'change-speed' || wanted.kind === 'multi-function-output') return wanted;
  if (password === undefined) return undefined;
  if (wanted.kind !== 'change-password') return { ...wanted, password, operator };
  return { kind: 'change-password', di: passwordDi(wanted.newPassword), password, newPassword: wanted.newPassword };
}

/** 04000C01 is level 0, 04000C0A level 9. */
function passwordDi(password: string): string {
  const level = Number(password.slice(0, 2));
  if (!(level <= 9)) throw new AppError('bad-data', 'a password has a level from 00 to 09', { level });
  return `04000C${(level + 1).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** An answer tells the new password, and the speed's bit; one that tells nothing contradicts nothing. */
function repeats(wanted: Maintenance, told: Uint8Array): boolean {
  if (wanted.kind !== 'change-password' || told.length === 0) return true;
  const [level = 0, ...rest] = told;
  return toHex(Uint8Array.of(level, ...rest.toReversed())) === wanted.newPassword;
}
