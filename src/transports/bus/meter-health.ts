import { type Clock, type Instant, plusMs } from '../../kernel/clock.ts';
import { createMeterMemory } from './meter-memory.ts';
import type { BusSettings } from './settings.ts';

/** `failing` has missed replies but is asked as before; `silent` is left to probes. */
export type MeterState = 'unknown' | 'answering' | 'failing' | 'silent';

export interface MeterHealth {
  readonly meter: string;
  readonly state: MeterState;
  /** Unanswered attempts in a row. */
  readonly failures: number;
  readonly lastHeardAt?: Instant;
  /** Where it is silent: the earliest that a scheduled read may try it again. */
  readonly nextProbeAt?: Instant;
}

/** What may be done with a read that nobody waits for at a screen. */
export type Admission = 'ask' | 'probe' | 'leave';

export interface HealthBook {
  isSilent(meter: string | undefined): boolean;
  /** `probe` where the back-off of a silent meter is over and no other probe of it is under way. */
  admission(meter: string | undefined): Admission;
  beginProbe(meter: string | undefined): void;
  endProbe(meter: string | undefined): void;
  answered(meter: string | undefined): void;
  /** One attempt without a usable answer. A failed probe doubles the back-off; a person's try does not. */
  failed(meter: string | undefined): void;
  snapshot(): readonly MeterHealth[];
}

type HealthBounds = Pick<BusSettings, 'silentAfter' | 'firstProbeMs' | 'lastProbeMs'>;

interface HealthOptions {
  readonly clock: Clock;
  readonly bounds: HealthBounds;
}

interface MeterRecord {
  heard: Instant | undefined;
  failures: number;
  /** 0 while the meter is not silent. */
  backOffMs: number;
  nextProbeMs: number;
  probing: boolean;
}

const newRecord = (): MeterRecord => ({ heard: undefined, failures: 0, backOffMs: 0, nextProbeMs: 0, probing: false });
const isSilent = (record: MeterRecord | undefined) => record !== undefined && record.backOffMs > 0;

export const createHealthBook = (options: HealthOptions): HealthBook => new RecordedHealth(options);

class RecordedHealth implements HealthBook {
  private readonly clock: Clock;
  private readonly bounds: HealthBounds;
  private readonly records = createMeterMemory(newRecord);

  constructor({ clock, bounds }: HealthOptions) {
    this.clock = clock;
    this.bounds = bounds;
  }

  isSilent(meter: string | undefined): boolean {
    return isSilent(this.records.find(meter));
  }

  admission(meter: string | undefined): Admission {
    const record = this.records.find(meter);
    if (record === undefined || !isSilent(record)) return 'ask';
    return record.probing || this.clock.monotonicMs() < record.nextProbeMs ? 'leave' : 'probe';
  }

  beginProbe(meter: string | undefined): void {
    if (meter !== undefined) this.records.of(meter).probing = true;
  }

  endProbe(meter: string | undefined): void {
    if (meter !== undefined) this.records.of(meter).probing = false;
  }

  answered(meter: string | undefined): void {
    if (meter === undefined) return;
    const record = this.records.of(meter);
    record.heard = this.clock.now();
    record.failures = 0;
    record.backOffMs = 0;
  }

  failed(meter: string | undefined): void {
    if (meter === undefined) return;
    const record = this.records.of(meter);
    const { silentAfter, firstProbeMs } = this.bounds;
    record.failures += 1;
    if (record.probing) this.backOff(record, record.backOffMs * 2);
    else if (!isSilent(record) && record.failures >= silentAfter) this.backOff(record, firstProbeMs);
  }

  snapshot(): readonly MeterHealth[] {
    return Array.from(this.records.entries(), ([meter, record]) => healthOf(meter, record, this.clock));
  }

  private backOff(record: MeterRecord, ms: number): void {
    record.backOffMs = Math.min(this.bounds.lastProbeMs, ms);
    record.nextProbeMs = this.clock.monotonicMs() + record.backOffMs;
  }
}

function healthOf(meter: string, record: MeterRecord, clock: Clock): MeterHealth {
  const { heard, failures, backOffMs } = record;
  const state = stateOf(record);
  return {
    meter,
    state,
    failures,
    ...(heard === undefined ? {} : { lastHeardAt: heard }),
    ...(backOffMs === 0 ? {} : { nextProbeAt: plusMs(clock.now(), Math.max(0, Math.round(record.nextProbeMs - clock.monotonicMs()))) }),
  };
}

function stateOf({ heard, failures, backOffMs }: MeterRecord): MeterState {
  if (backOffMs > 0) return 'silent';
  if (failures > 0) return 'failing';
  return heard === undefined ? 'unknown' : 'answering';
}
