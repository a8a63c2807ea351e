import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RelayAction } from '../core/model/command.ts';
import type { Queries } from '../core/ports/queries.ts';
import type { Instant } from '../kernel/clock.ts';
import { formatMoney } from '../kernel/units.ts';
import type { LineView } from './lines.ts';

/** What the gauges show at the moment of a scrape. */
export interface MetricsSnapshot {
  readonly figures: Queries['figures']['answer'];
  readonly lines: readonly LineView[];
  readonly now: Instant;
}

/** Figures for Prometheus. No meter is ever a label: a fleet of them would be a series each. */
export interface Metrics {
  /** One read of a meter: `good`, or the code of its failure. */
  countRead(line: string, result: string, seconds: number): void;
  /** One relay command that ended, by the state that it ended in. */
  countCommand(action: RelayAction, result: string): void;
  /** From asked to confirmed. */
  observeRelay(action: RelayAction, seconds: number): void;
  /** What happened to a connection at a port where DTUs dial in. */
  countDtuEvent(listener: string, event: string): void;
  /** One envelope that a concentrator pushed, and how many before it have not come. */
  countEnvelope(result: string, missing: number): void;
  /** Wall time against the monotonic clock since the start. */
  setClockDrift(seconds: number): void;
  expose(snapshot: MetricsSnapshot): Promise<{ readonly contentType: string; readonly text: string }>;
}

const DAY_MS = 86_400_000;
/** A restore that is open for longer is shown as overdue; each rule set's own figure opens its case. */
const RESTORE_OVERDUE_MS = 60_000;
const READ_BUCKETS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
const RELAY_BUCKETS = [0.5, 1, 2, 5, 10, 30, 60, 300, 3600];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const reads = new Counter({ name: 'feikong_reads_total', help: 'Reads of meters by result', labelNames: ['line', 'result'], registers });
  const readSeconds = new Histogram({ name: 'feikong_read_seconds', help: 'Time of one read', buckets: READ_BUCKETS, registers });
  const commands = new Counter({
    name: 'feikong_relay_commands_total',
    help: 'Relay commands by the state that they ended in',
    labelNames: ['action', 'result'],
    registers,
  });
  const relaySeconds = new Histogram({
    name: 'feikong_relay_seconds',
    help: 'From asked to confirmed',
    labelNames: ['action'],
    buckets: RELAY_BUCKETS,
    registers,
  });
  const dtuEvents = new Counter({
    name: 'feikong_dtu_events_total',
    help: 'Connections at ports where DTUs dial in, by what became of them',
    labelNames: ['listener', 'event'],
    registers,
  });
  const envelopes = new Counter({
    name: 'feikong_envelopes_total',
    help: 'Envelopes that concentrators pushed, by what became of them',
    labelNames: ['result'],
    registers,
  });
  const envelopesMissing = new Counter({
    name: 'feikong_envelopes_missing_total',
    help: 'Envelopes that had not come when a later one of their concentrator did',
    registers,
  });
  const drift = new Gauge({ name: 'feikong_clock_drift_seconds', help: 'Wall time against the monotonic clock', registers });
  const showLines = createLineGauges(registry);
  const showFigures = createFigureGauges(registry);
  return {
    countRead(line, result, seconds) {
      reads.inc({ line, result });
      readSeconds.observe(seconds);
    },
    countCommand: (action, result) => commands.inc({ action, result }),
    observeRelay: (action, seconds) => relaySeconds.observe({ action }, seconds),
    countDtuEvent: (listener, event) => dtuEvents.inc({ listener, event }),
    countEnvelope(result, missing) {
      envelopes.inc({ result });
      envelopesMissing.inc(missing);
    },
    setClockDrift: (seconds) => drift.set(seconds),
    async expose(snapshot) {
      showLines(snapshot);
      showFigures(snapshot);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function createLineGauges(registry: Registry): (snapshot: MetricsSnapshot) => void {
  const registers = [registry];
  const occupancy = new Gauge({
    name: 'feikong_line_occupancy_ratio',
    help: 'Share of the last minute in which the line was in use',
    labelNames: ['line'],
    registers,
  });
  const dailyReads = new Gauge({
    name: 'feikong_daily_read_ratio',
    help: 'Share of the asked meters that were heard in the last 24 hours',
    registers,
  });
  return ({ lines, now }) => {
    occupancy.reset();
    for (const line of lines) occupancy.set({ line: line.id }, line.occupancy);
    const meters = lines.flatMap((line) => line.meters);
    const heard = meters.filter(({ lastHeardAt }) => lastHeardAt !== undefined && lastHeardAt >= now - DAY_MS);
    dailyReads.set(meters.length === 0 ? 1 : heard.length / meters.length);
  };
}

function createFigureGauges(registry: Registry): (snapshot: MetricsSnapshot) => void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const relayUnknown = gauge('feikong_relay_unknown', 'Relays whose state is not known');
  const restoreOverdue = gauge('feikong_restore_overdue', 'Restores that are not confirmed in time');
  const imbalance = gauge('feikong_ledger_imbalance', 'Sum of all postings in yuan: must be 0');
  const walBytes = gauge('feikong_store_wal_bytes', 'Size of the write-ahead log');
  const outboxDepth = gauge('feikong_outbox_depth', 'Notices that wait to be sent');
  return ({ figures, now }) => {
    relayUnknown.set(figures.relaysUnknown);
    restoreOverdue.set(figures.openRestoresSince.filter((since) => since < now - RESTORE_OVERDUE_MS).length);
    imbalance.set(Number(formatMoney(figures.imbalance)));
    walBytes.set(figures.walBytes);
    outboxDepth.set(figures.noticesQueued);
  };
}
