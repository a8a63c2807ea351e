import { answers, EXCEPTION, type RegisterMap, type Reply, type Request, readDataBytes } from '../../../protocols/modbus/index.ts';
import type { Asking, MeterFailure } from '../../core/ports/meter-gateway.ts';
import type { Clock, Instant } from '../../kernel/clock.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { Exchange } from '../../transports/bus/exchange.ts';
import type { DriverMeter } from '../driver.ts';
import type { Carried, Carrier } from './carrier.ts';
import { readsOfEachForm, type Splits } from './reading-plan.ts';
import { createUnanswered, type Unanswered } from './unanswered.ts';

/** Whom a request goes to. */
export interface Unit {
  readonly meter: Pick<DriverMeter, 'id' | 'port'>;
  readonly unit: number;
  readonly map: RegisterMap;
  readonly splits: Splits;
}

export interface Answered {
  /** Never an exception: that is a failure. */
  readonly reply: Exclude<Reply, { kind: 'exception' }>;
  readonly heardAt: Instant;
}

export type AskFailure = MeterFailure & { readonly exception?: number };

export interface Asker {
  ask(to: Unit, request: Request, asking: Asking): Promise<Result<Answered, AskFailure>>;
}

const SHORTEST_REPLY_PDU = 2;
const WRITE_REPLY_PDU = 5;
const WAITS_FOR_LATE = 'it has not answered before, and the reply to an older request could be taken for this one’s; ask again in a minute';

interface AskerDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly carrier: Carrier;
}

export const createAsker = (deps: AskerDeps): Asker => new ProvenAsker(deps);

/**
 * Asks units and takes for an answer only what answers this very request.
 *
 * On TCP the transaction says so, and the bus repeats reads by itself. On RTU a reply that an older, unanswered request
 * could have caused is never taken (`unanswered.ts`): before a request that could be mixed up, the unit is asked for
 * something in another form, and only its answer to that proves that nothing older is under way. So the bus never
 * repeats an RTU request; a read is asked a second time from here.
 */
class ProvenAsker implements Asker {
  private readonly bus: Bus;
  private readonly carrier: Carrier;
  private readonly unanswered: Unanswered;

  constructor({ bus, clock, carrier }: AskerDeps) {
    this.bus = bus;
    this.carrier = carrier;
    this.unanswered = createUnanswered(clock);
  }

  ask(to: Unit, request: Request, asking: Asking): Promise<Result<Answered, AskFailure>> {
    return this.carrier.namesRequests ? this.askOnce(to, request, asking) : this.askOnRtu(to, request, asking);
  }

  private accepted(unit: number, request: Request, carried: Carried, frame: Uint8Array): Reply | undefined {
    const reply = carried.replyIn(frame);
    if (reply === undefined || !answers(reply, request)) return undefined;
    return this.carrier.namesRequests || !this.unanswered.explains(unit, reply) ? reply : undefined;
  }

  private async askOnce({ unit, meter }: Unit, request: Request, asking: Asking): Promise<Result<Answered, AskFailure>> {
    const { carrier, unanswered } = this;
    const carried = carrier.carry(unit, request);
    let reply: Reply | undefined;
    const exchange: Exchange = {
      meter: meter.id,
      bytes: carried.bytes,
      createFramer: carried.createFramer,
      accepts: (frame) => {
        reply = this.accepted(unit, request, carried, frame);
        return reply !== undefined;
      },
      longestReplyBytes: carried.overhead + replyPduBytes(request),
      repeatable: carrier.namesRequests && request.kind === 'read',
      expectsReply: true,
      gapCharacters: carrier.gapCharacters,
      ...(meter.port === undefined ? {} : { port: meter.port }),
    };
    const outcome = await this.bus.request(exchange, asking);
    if (!outcome.ok) {
      if (outcome.error.sent && !carrier.namesRequests) unanswered.add(unit, request);
      return outcome;
    }
    unanswered.clear(unit);
    if (reply === undefined) return err({ code: 'bad-value', sent: true });
    return reply.kind === 'exception' ? err(failureOf(request, reply.exception)) : ok({ reply, heardAt: outcome.value.heardAt });
  }

  /** Makes sure that nothing older is under way which the reply to `request` could be mixed up with. */
  private async settle(to: Unit, request: Request, asking: Asking): Promise<Result<void, AskFailure>> {
    const { unanswered } = this;
    if (!unanswered.mixesUp(to.unit, request)) return ok(undefined);
    const other = readsOfEachForm(to.map, to.splits).find((read) => !unanswered.mixesUp(to.unit, read));
    if (other === undefined) return err({ code: 'no-reply', sent: false, protocolError: WAITS_FOR_LATE });
    const settled = await this.askOnce(to, other, asking);
    return settled.ok ? ok(undefined) : err({ ...settled.error, sent: false });
  }

  private async askSafely(to: Unit, request: Request, asking: Asking): Promise<Result<Answered, AskFailure>> {
    const settled = await this.settle(to, request, asking);
    return settled.ok ? this.askOnce(to, request, asking) : settled;
  }

  private async askOnRtu(to: Unit, request: Request, asking: Asking): Promise<Result<Answered, AskFailure>> {
    const first = await this.askSafely(to, request, asking);
    if (first.ok || request.kind !== 'read') return first;
    const isWorthRepeating = first.error.sent && (first.error.code === 'no-reply' || first.error.code === 'garbled');
    if (!isWorthRepeating) return first;
    const second = await this.askSafely(to, request, asking);
    return second.ok ? second : err({ ...second.error, sent: true });
  }
}

const replyPduBytes = (request: Request): number =>
  request.kind === 'read' ? SHORTEST_REPLY_PDU + readDataBytes(request) : WRITE_REPLY_PDU;

/** @source MODBUS Application Protocol V1.1b3, 7 */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'device failure',
  5: 'acknowledged, still working',
  6: 'device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target does not respond',
};

/** What a write may have done all the same. */
const MAY_BE_WRITTEN: readonly number[] = [EXCEPTION.deviceFailure, EXCEPTION.acknowledge];

/** A no, but for what leaves open whether it was done: then nobody has answered. */
function failureOf(request: Request, exception: number): AskFailure {
  const isOpen = exception === EXCEPTION.targetSilent || (request.kind !== 'read' && MAY_BE_WRITTEN.includes(exception));
  const code = exception.toString(16).toUpperCase().padStart(2, '0');
  return {
    code: isOpen ? 'no-reply' : 'meter-refused',
    sent: true,
    protocolError: `exception ${code}: ${EXCEPTIONS[exception] ?? 'not in the standard'}`,
    exception,
  };
}
