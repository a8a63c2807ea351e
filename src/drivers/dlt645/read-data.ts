import type { Asking, MeterFailure } from '../../core/ports/meter-gateway.ts';
import type { Instant } from '../../kernel/clock.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { ReplyFrame } from '../../transports/bus/exchange.ts';
import type { DriverMeter } from '../driver.ts';
import type { CatalogRow, DataReply, Edition, WhichRecords } from './edition.ts';
import { ask as askMeter, type ExchangePlan, type LineRequest } from './exchange.ts';
import type { Turns } from './turns.ts';

/** Read data are at most 200 bytes long, the DI included. @source DL/T 645-2007, link layer */
const LONGEST_READ = 200;
/** Follow-up frames are numbered in one byte. */
const LAST_SEQUENCE = 255;

export interface ReadAsk {
  readonly bus: Bus;
  readonly edition: Edition;
  readonly meter: DriverMeter;
  readonly row: CatalogRow;
  readonly asking: Asking;
  /** May share the line with an equal read that has not been sent yet. */
  readonly coalesce: boolean;
  /** Undefined where follow-up frames say their number. */
  readonly turns: Turns | undefined;
  /** False where follow-up frames of this block went wrong before. */
  readonly mayFollow: boolean;
  readonly which?: WhichRecords | undefined;
}

/** `followUp`: the read itself was answered, what follows it was not. */
export type DataFailure = MeterFailure & { readonly followUp?: true };

export interface ReadBytes {
  readonly bytes: Uint8Array;
  readonly heardAt: Instant;
  /** It was asked more than once, and may be answered once more. */
  readonly repeated: boolean;
}

/** Reads the bytes of one DI; what does not fit into one frame is fetched with read-next and put together. */
export async function readData(ask: ReadAsk): Promise<Result<ReadBytes, DataFailure>> {
  const { bus, edition, meter, row, asking, which, mayFollow } = ask;
  const chain = ask.turns?.chain(meter.id);
  const parts: Uint8Array[] = [];
  let repeated = false;
  for (let sequence = 0; sequence <= LAST_SEQUENCE; sequence++) {
    const request = edition.requestData(meter.address, row.di, sequence, which);
    chain?.ask();
    const outcome = await askMeter(bus, planFor(ask, request, sequence), asking);
    const alone = chain?.end() ?? true;
    const reply = outcome.ok ? dataIn(request.replyIn(outcome.value.bytes), outcome.value) : outcome;
    if (!reply.ok) return sequence === 0 ? reply : err({ ...reply.error, followUp: true });
    const { value, more, heardAt } = reply.value;
    repeated ||= reply.value.repeated;
    parts.push(value);
    if (!(alone || (sequence === 0 && !more))) return err(lostFollowUp('another read came between the parts of this block'));
    if (!more) return ok({ bytes: joined(parts), heardAt, repeated });
    if (!mayFollow) return err(lostFollowUp('parts of this block were lost before: read its registers one by one'));
  }
  return err({ code: 'bad-value', sent: true, protocolError: 'more follow-up frames than can be numbered' });
}

const lostFollowUp = (protocolError: string): DataFailure => ({ code: 'bad-value', sent: true, protocolError, followUp: true });

function planFor({ edition, meter, row, coalesce }: ReadAsk, request: LineRequest<DataReply>, sequence: number): ExchangePlan {
  const { diBytes, numbersFollowUps } = edition;
  const longestData = Math.min(diBytes + (row.longestData ?? LONGEST_READ), LONGEST_READ);
  // Asked a second time for what follows, a meter that keeps no number goes on to the frame after it.
  const plan = { meter, request, longestData, repeatable: sequence === 0 || numbersFollowUps };
  return coalesce && sequence === 0 ? { ...plan, coalesceKey: `${meter.address} ${row.di}` } : plan;
}

type DataPart = Pick<Extract<DataReply, { kind: 'data' }>, 'value' | 'more'> & Pick<ReplyFrame, 'heardAt' | 'repeated'>;

function dataIn(reply: DataReply | undefined, { heardAt, repeated }: ReplyFrame): Result<DataPart, MeterFailure> {
  if (reply === undefined) return err({ code: 'bad-value', sent: true });
  return reply.kind === 'refused' ? err(reply.failure) : ok({ value: reply.value, more: reply.more, heardAt, repeated });
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
