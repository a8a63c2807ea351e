/**
 * Requests of an RTU line whose reply never came, and may still come. An RTU reply to a read tells nothing of its request
 * but unit, function and number of bytes, so a late one looks like the reply to any newer request of that form. Two
 * facts tell them apart:
 *
 *   - a unit answers in the order in which it was asked: once it has answered a newer request in a form that none of
 *     the older ones has, nothing older can come any more;
 *   - until then no reply is taken that an older request could have caused, an exception of that function included.
 */
import { answers, type Reply, type Request, readDataBytes } from '../../../protocols/modbus/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { LATEST_REPLY_MS } from '../late-replies.ts';

/** Of each unit; the oldest goes first. */
const MOST_KEPT = 64;

export interface Unanswered {
  add(unit: number, request: Request): void;
  /** The unit has answered something newer. */
  clear(unit: number): void;
  /** Whether an older request could have caused this reply. */
  explains(unit: number, reply: Reply): boolean;
  /** Whether the reply to this request could not be told from one to an older request. */
  mixesUp(unit: number, request: Request): boolean;
}

interface Waiting {
  readonly request: Request;
  readonly sinceMs: number;
}

export const createUnanswered = (clock: Clock): Unanswered => new UnansweredRequests(clock);

class UnansweredRequests implements Unanswered {
  private readonly clock: Clock;
  /** Most lines have none. */
  private units: Map<number, readonly Waiting[]> | undefined = undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  add(unit: number, request: Request): void {
    this.units ??= new Map();
    this.units.set(unit, [...this.of(unit), { request, sinceMs: this.clock.monotonicMs() }].slice(-MOST_KEPT));
  }

  clear(unit: number): void {
    this.units?.delete(unit);
  }

  explains(unit: number, reply: Reply): boolean {
    return this.of(unit).some(({ request }) => answers(reply, request));
  }

  mixesUp(unit: number, request: Request): boolean {
    return this.of(unit).some((older) => answers(normalReply(request), older.request));
  }

  private of(unit: number): readonly Waiting[] {
    const waiting = this.units?.get(unit);
    if (waiting === undefined) return NONE;
    const oldestMs = this.clock.monotonicMs() - LATEST_REPLY_MS;
    return waiting.filter(({ sinceMs }) => sinceMs > oldestMs);
  }
}

const NONE: readonly Waiting[] = [];

/** The form of the reply that a request asks for. */
function normalReply(request: Request): Reply {
  if (request.kind !== 'read') return request;
  return { kind: 'read', function: request.function, data: new Uint8Array(readDataBytes(request)) };
}
