import { type FoundRow, longestData, type ReadNextRequest, type ReadRequest } from '../../../protocols/dlt645/index.ts';
import type { Asking, MeterFailure } from '../../core/ports/meter-gateway.ts';
import type { Instant } from '../../kernel/clock.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { DriverMeter } from '../driver.ts';
import { exchangeOf, replyOf } from './exchange.ts';
import { refusalOf } from './refusal.ts';

const DI_BYTES = 4;
/** Read data are at most 200 bytes long, the DI included. @source DL/T 645-2007, link layer */
const LONGEST_READ = 200;
/** Follow-up frames are numbered in one byte. */
const LAST_SEQUENCE = 255;

export interface ReadAsk {
  readonly bus: Bus;
  readonly meter: DriverMeter;
  readonly row: FoundRow;
  readonly asking: Asking;
  /** May share the line with an equal read that has not been sent yet. */
  readonly coalesce: boolean;
}

/** Reads the bytes of one DI; what does not fit into one frame is fetched with read-next and put together. */
export async function readData(ask: ReadAsk): Promise<Result<{ readonly bytes: Uint8Array; readonly heardAt: Instant }, MeterFailure>> {
  const { di } = ask.row;
  const parts: Uint8Array[] = [];
  let request: ReadRequest | ReadNextRequest = { kind: 'read', di };
  for (let sequence = 1; sequence <= LAST_SEQUENCE; sequence++) {
    const reply = await requestOnce(ask, request);
    if (!reply.ok) return reply;
    parts.push(reply.value.bytes);
    if (!reply.value.more) return ok({ bytes: joined(parts), heardAt: reply.value.heardAt });
    request = { kind: 'read-next', di, sequence };
  }
  return err({ code: 'bad-value', sent: true, protocolError: 'more follow-up frames than can be numbered' });
}

async function requestOnce({ bus, meter, row, asking, coalesce }: ReadAsk, request: ReadRequest | ReadNextRequest) {
  const { id, address } = meter;
  const longest = Math.min(DI_BYTES + (longestData(row) ?? LONGEST_READ), LONGEST_READ);
  const plan = { meter: id, address, request, longestData: longest, repeatable: true };
  const exchange = exchangeOf(coalesce && request.kind === 'read' ? { ...plan, coalesceKey: `${address} ${request.di}` } : plan);
  const outcome = await bus.request(exchange, asking);
  if (!outcome.ok) return outcome;
  const reply = replyOf(outcome.value.bytes, address, request);
  if (reply?.kind === 'refused') return err(refusalOf(reply));
  if (reply?.kind !== 'read' && reply?.kind !== 'read-next') return err<MeterFailure>({ code: 'bad-value', sent: true });
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
