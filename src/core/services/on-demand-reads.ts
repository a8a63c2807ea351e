import type { Clock, Instant } from '../../kernel/clock.ts';
import type { Actor, MeterId, NewId, ReadId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { RegisterName } from '../model/register.ts';
import type { MeterFailure, MeterGateway, RegisterAnswer } from '../ports/meter-gateway.ts';

/** One read that a person or a system asked for: what the meter said, not judged and charged for nothing. */
export interface ReadTicket {
  readonly id: ReadId;
  readonly meterId: MeterId;
  readonly registers: readonly RegisterName[];
  readonly actor: Actor;
  readonly requestedAt: Instant;
  readonly state: 'waiting' | 'answered' | 'failed';
  readonly finishedAt: Instant | undefined;
  readonly answers: readonly RegisterAnswer[];
  readonly failure: MeterFailure | undefined;
}

export interface ReadService {
  /** Asks the meter and answers at once with a ticket; `overloaded` where too many reads wait already. */
  start(meterId: MeterId, registers: readonly RegisterName[], actor: Actor): Result<ReadTicket, { readonly code: 'overloaded' }>;
  /** Undefined where there never was such a ticket, or where newer ones have pushed it out. */
  find(readId: ReadId): ReadTicket | undefined;
  /** Withdraws what has not been sent and resolves when nothing waits any more. */
  stop(): Promise<void>;
}

export interface ReadServiceDeps {
  readonly gateway: MeterGateway;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
}

/** Tickets that are remembered, oldest forgotten first. */
const TICKET_LIMIT = 1000;
/** Reads that may wait at the same time. */
const WAITING_LIMIT = 200;

export function createOnDemandReads({ gateway, clock, newId, logger }: ReadServiceDeps): ReadService {
  const tickets = new Map<ReadId, ReadTicket>();
  const waiting = new Set<Promise<void>>();
  const stopping = new AbortController();

  function end(ticket: ReadTicket, outcome: Result<readonly RegisterAnswer[], MeterFailure>): void {
    if (!tickets.has(ticket.id)) return;
    const finishedAt = clock.now();
    if (outcome.ok) tickets.set(ticket.id, { ...ticket, state: 'answered', finishedAt, answers: outcome.value });
    else tickets.set(ticket.id, { ...ticket, state: 'failed', finishedAt, failure: outcome.error });
  }

  /** Nobody waits for it but the ticket: what breaks here ends there and in the log. */
  async function run(ticket: ReadTicket): Promise<void> {
    try {
      end(ticket, await gateway.readRegisters(ticket.meterId, ticket.registers, { priority: 'on-demand', signal: stopping.signal }));
    } catch (error) {
      logger.error({ error, meterId: ticket.meterId, readId: ticket.id }, 'a read that was asked for broke');
      end(ticket, err({ code: 'line-down', sent: false }));
    }
  }

  return {
    start(meterId, registers, actor) {
      if (waiting.size >= WAITING_LIMIT || stopping.signal.aborted) return err({ code: 'overloaded' });
      const ticket: ReadTicket = {
        id: newId('rd'),
        meterId,
        registers,
        actor,
        requestedAt: clock.now(),
        state: 'waiting',
        finishedAt: undefined,
        answers: [],
        failure: undefined,
      };
      tickets.set(ticket.id, ticket);
      forgetOldest(tickets);
      const running = run(ticket).finally(() => waiting.delete(running));
      waiting.add(running);
      return ok(ticket);
    },
    find: (readId) => tickets.get(readId),
    async stop() {
      stopping.abort();
      await Promise.all(waiting);
    },
  };
}

function forgetOldest(tickets: Map<ReadId, ReadTicket>): void {
  if (tickets.size <= TICKET_LIMIT) return;
  const oldest = tickets.keys().next();
  if (!oldest.done) tickets.delete(oldest.value);
}
