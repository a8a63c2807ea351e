import type { Asking, MeterFailure } from '../../core/ports/meter-gateway.ts';
import type { Instant } from '../../kernel/clock.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { DriverMeter } from '../driver.ts';
import type { CatalogRow, Edition, WhichRecords } from './edition.ts';
import { exchangeOf } from './exchange.ts';
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
  readonly turns: Turns;
  /** False where follow-up frames of this block went wrong before. */
  readonly mayFollow: boolean;
  readonly which?: WhichRecords | undefined;
}

/** `followUp`: the read itself was answered, what follows it was not. */
export type DataFailure = MeterFailure & { readonly followUp?: true };

/** Reads the bytes of one DI; what does not fit into one frame is fetched with read-next and put together. */
export async function readData(ask: ReadAsk): Promise<Result<{ readonly bytes: Uint8Array; readonly heardAt: Instant }, DataFailure>> {
  const chain = ask.turns.chain(ask.meter.id);
  const parts: Uint8Array[] = [];
  for (let sequence = 0; sequence <= LAST_SEQUENCE; sequence++) {
    chain.ask();
    const reply = await requestOnce(ask, sequence);
    const alone = chain.end() || ask.edition.numbersFollowUps;
    if (!reply.ok) return sequence === 0 ? reply : err({ ...reply.error, followUp: true });
    parts.push(reply.value.bytes);
    if (!(alone || (sequence === 0 && !reply.value.more))) return err(lostFollowUp('another read came between the parts of this block'));
    if (!reply.value.more) return ok({ bytes: joined(parts), heardAt: reply.value.heardAt });
    if (!ask.mayFollow) return err(lostFollowUp('parts of this block were lost before: read its registers one by one'));
  }
  return err({ code: 'bad-value', sent: true, protocolError: 'more follow-up frames than can be numbered' });
}

const lostFollowUp = (protocolError: string): DataFailure => ({ code: 'bad-value', sent: true, protocolError, followUp: true });

async function requestOnce({ bus, edition, meter, row, asking, coalesce, which }: ReadAsk, sequence: number) {
  const { address } = meter;
  const { diBytes, numbersFollowUps } = edition;
  const longestData = Math.min(diBytes + (row.longestData ?? LONGEST_READ), LONGEST_READ);
  const request = edition.requestData(address, row.di, sequence, which);
  // Asked a second time for what follows, a meter that keeps no number goes on to the frame after it.
  const plan = { meter, request, longestData, repeatable: sequence === 0 || numbersFollowUps };
  const exchange = exchangeOf(coalesce && sequence === 0 ? { ...plan, coalesceKey: `${address} ${row.di}` } : plan);
  const outcome = await bus.request(exchange, asking);
  if (!outcome.ok) return outcome;
  const reply = request.replyIn(outcome.value.bytes);
  if (reply?.kind === 'refused') return err(reply.failure);
  if (reply === undefined) return err<MeterFailure>({ code: 'bad-value', sent: true });
  return ok({ bytes: reply.value, more: reply.more, heardAt: outcome.value.heardAt });
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
