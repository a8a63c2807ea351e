import type { Clock, Instant } from '../../kernel/clock.ts';
import type { Actor, LineId, NewId, ScanId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { LineScanner, ScanFailure, ScannedMeter, ScanOrder, ScanProgress } from '../ports/line-scanner.ts';
import type { Store } from '../ports/store.ts';

/** One scan of a line that a person asked for. */
export interface ScanTicket {
  readonly id: ScanId;
  readonly lineId: LineId;
  readonly order: ScanOrder;
  readonly actor: Actor;
  readonly requestedAt: Instant;
  readonly state: 'running' | 'complete' | 'cancelled' | 'failed';
  readonly finishedAt: Instant | undefined;
  /** What is asked at the moment; the last step where it has ended. */
  readonly progress: ScanProgress | undefined;
  readonly found: readonly ScannedMeter[];
  readonly unresolved: readonly string[];
  readonly failure: ScanFailure['code'] | undefined;
}

export type ScanRefusal =
  | { readonly code: 'not-found' | 'in-progress' | 'no-space' | 'overloaded' | 'conflict' }
  | { readonly code: 'bad-request'; readonly expected: string };

export interface ScanService {
  /** Begins to look and answers at once with a ticket. One scan of a line at a time; who asks is in the audit stream before it begins. */
  start(lineId: LineId, order: ScanOrder, actor: Actor): Promise<Result<ScanTicket, ScanRefusal>>;
  /** Undefined where there never was such a scan, or where newer ones have pushed it out. */
  find(scanId: ScanId): ScanTicket | undefined;
  /** Ends it after the exchange that is on the line. One that has ended is answered as it is. */
  cancel(scanId: ScanId, actor: Actor): Promise<Result<ScanTicket, ScanRefusal>>;
  /** Ends every scan and resolves when none runs any more. */
  stop(): Promise<void>;
}

export interface ScanServiceDeps {
  readonly scanner: LineScanner;
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
}

/** Scans that are remembered, oldest forgotten first. */
const TICKET_LIMIT = 100;
/** Of one scan; a disturbed line could fill a list for ever. */
const LINES_KEPT = 1000;

interface Running {
  readonly stopping: AbortController;
  readonly ended: Promise<void>;
}

export function createLineScans({ scanner, store, clock, newId, logger }: ScanServiceDeps): ScanService {
  const tickets = new Map<ScanId, ScanTicket>();
  const running = new Map<LineId, Running & { readonly scanId: ScanId }>();
  const reserved = new Set<LineId>();
  let isStopping = false;

  function change(scanId: ScanId, changes: (ticket: ScanTicket) => Partial<ScanTicket>): void {
    const ticket = tickets.get(scanId);
    if (ticket !== undefined) tickets.set(scanId, { ...ticket, ...changes(ticket) });
  }

  async function audit(actor: Actor, action: string, lineId: LineId, detail: string): Promise<ScanRefusal | undefined> {
    const outcome = await store.commit({
      facts: [{ kind: 'audit', at: clock.now(), actor, action, subject: `line:${lineId}`, outcome: 'done', detail }],
    });
    if (outcome.status === 'committed') return undefined;
    return { code: outcome.status === 'refused' ? outcome.code : 'conflict' };
  }

  /** Nobody waits for it but the ticket: what breaks here ends there and in the log. */
  async function run({ id, lineId, order }: ScanTicket, signal: AbortSignal): Promise<void> {
    const report = {
      found: (meter: ScannedMeter) => change(id, ({ found }) => (found.length < LINES_KEPT ? { found: [...found, meter] } : {})),
      step: (progress: ScanProgress) => change(id, () => ({ progress })),
      unresolved: (what: string) =>
        change(id, ({ unresolved }) => (unresolved.length < LINES_KEPT ? { unresolved: [...unresolved, what] } : {})),
    };
    const ended = await scanner.scan(lineId, order, report, signal).catch((error: unknown) => {
      logger.error({ error, line: lineId, scanId: id }, 'the scan of a line broke');
      return err<ScanFailure>({ code: 'line-down' });
    });
    const finishedAt = clock.now();
    if (ended.ok) change(id, () => ({ state: 'complete', finishedAt }));
    else if (ended.error.code === 'cancelled') change(id, () => ({ state: 'cancelled', finishedAt }));
    else change(id, () => ({ state: 'failed', finishedAt, failure: ended.error.code }));
  }

  function begin(lineId: LineId, order: ScanOrder, actor: Actor): ScanTicket {
    const ticket: ScanTicket = {
      id: newId('scn'),
      lineId,
      order,
      actor,
      requestedAt: clock.now(),
      state: 'running',
      finishedAt: undefined,
      progress: undefined,
      found: [],
      unresolved: [],
      failure: undefined,
    };
    tickets.set(ticket.id, ticket);
    const [oldest] = [...tickets.values()].filter(({ state }) => state !== 'running');
    if (tickets.size > TICKET_LIMIT && oldest !== undefined) tickets.delete(oldest.id);
    const stopping = new AbortController();
    const ended = run(ticket, stopping.signal).finally(() => running.delete(lineId));
    running.set(lineId, { scanId: ticket.id, stopping, ended });
    return ticket;
  }

  return {
    async start(lineId, order, actor) {
      if (!scanner.has(lineId)) return err({ code: 'not-found' });
      const known = scanner.protocolsOf(lineId);
      if (order.protocols.some((protocol) => !known.includes(protocol)))
        return err({ code: 'bad-request', expected: `one or more of ${known.join(', ')}` });
      if (isStopping) return err({ code: 'overloaded' });
      if (running.has(lineId) || reserved.has(lineId)) return err({ code: 'in-progress' });
      reserved.add(lineId);
      try {
        const refusal = await audit(
          actor,
          'line.scan',
          lineId,
          `${order.protocols.join(', ')}; units ${order.units.from} to ${order.units.to}`,
        );
        return refusal === undefined ? ok(begin(lineId, order, actor)) : err(refusal);
      } finally {
        reserved.delete(lineId);
      }
    },
    find: (scanId) => tickets.get(scanId),
    async cancel(scanId, actor) {
      const ticket = tickets.get(scanId);
      if (ticket === undefined) return err({ code: 'not-found' });
      const job = running.get(ticket.lineId);
      if (job?.scanId !== scanId) return ok(ticket);
      job.stopping.abort();
      await job.ended;
      await audit(actor, 'line.scan.cancel', ticket.lineId, `scan ${scanId}`);
      return ok(tickets.get(scanId) ?? ticket);
    },
    async stop() {
      isStopping = true;
      for (const { stopping } of running.values()) stopping.abort();
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}
