/**
 * Takes what concentrators push: each sample goes the way of a poll. An envelope is acknowledged when all that it says is stored,
 * or when it can never be: what is not acknowledged comes again, and what comes again changes nothing.
 *
 *   envelope ──► decoded ──► samples by meter ──► oldest first, one commit each ──► acknowledged
 *                   └─ not readable: told and acknowledged     └─ not stored: not acknowledged
 */
import { decodeEnvelope, type Envelope, type EnvelopeError, type Sample } from '../../protocols/concentrator/index.ts';
import { asRegister } from '../core/model/register.ts';
import type { RegisterAnswer } from '../core/ports/meter-gateway.ts';
import type { MeteringService } from '../core/services/metering-service.ts';
import { type Clock, formatInstant, type Instant } from '../kernel/clock.ts';
import type { MeterPointId } from '../kernel/ids.ts';
import { fromLocalTime, type Zone } from '../kernel/local-time.ts';
import type { Logger } from '../kernel/logger.ts';
import { createSequenceWatch, type SequenceWatch } from './sequence-watch.ts';

/** A meter whose readings a concentrator may push. */
export interface PushedMeter {
  readonly concentrator: string;
  readonly port: number;
  readonly address: string;
  readonly meterPointId: MeterPointId;
  readonly zone: Zone;
}

export type EnvelopeResult = 'stored' | 'refused' | 'not-stored';

export interface EnvelopeIntakeDeps {
  readonly meters: readonly PushedMeter[];
  readonly metering: Pick<MeteringService, 'record'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each envelope's end, and how many before it have not come, for the figures. */
  readonly onEnvelope?: (result: EnvelopeResult, missing: number) => void;
}

export interface EnvelopeIntake {
  /** True: acknowledge it. One at a time for each concentrator, in the order of the calls. */
  take(concentrator: string, payload: string): Promise<boolean>;
  /** Takes no more, and waits for what is under way. */
  stop(): Promise<void>;
}

/** A clock that is ahead by more is wrong: what it says would shut out every reading until then. */
const CLOCK_TOLERANCE_MS = 300_000;

export function createEnvelopeIntake(deps: EnvelopeIntakeDeps): EnvelopeIntake {
  const meters = new Map(deps.meters.map((meter) => [placeOf(meter.concentrator, meter.port, meter.address), meter]));
  const sequences = new Map<string, SequenceWatch>();
  const underWay = new Map<string, Promise<unknown>>();
  let stopped = false;

  async function takeNow(concentrator: string, payload: string): Promise<boolean> {
    const envelope = decodeEnvelope(payload);
    if (!envelope.ok) {
      refuse(deps, concentrator, envelope.error);
      return true;
    }
    const missing = watch(concentrator, envelope.value);
    const isStored = await store(deps, concentrator, envelope.value, meters);
    deps.onEnvelope?.(isStored ? 'stored' : 'not-stored', missing);
    return isStored;
  }

  function watch(concentrator: string, { run, seq }: Envelope): number {
    const sequence = sequences.get(concentrator) ?? createSequenceWatch();
    sequences.set(concentrator, sequence);
    const news = sequence.take(run, seq);
    if (news.kind !== 'gap') return 0;
    deps.logger.warn({ concentrator, run, seq, missing: news.missing }, 'envelopes of a concentrator have not come');
    return news.missing;
  }

  return {
    take(concentrator, payload) {
      if (stopped) return Promise.resolve(false);
      const turn = (underWay.get(concentrator) ?? Promise.resolve())
        .then(() => takeNow(concentrator, payload))
        .catch((error: unknown) => {
          deps.logger.error({ concentrator, error }, 'an envelope could not be stored; the concentrator sends it again');
          return false;
        });
      underWay.set(concentrator, turn);
      return turn;
    },
    async stop() {
      stopped = true;
      await Promise.all(underWay.values());
    },
  };
}

const placeOf = (concentrator: string, port: number, address: string) => `${concentrator}/${port}/${address}`;

function refuse({ logger, onEnvelope }: EnvelopeIntakeDeps, concentrator: string, { path, found, expected }: EnvelopeError): void {
  logger.warn({ concentrator, path, found, expected }, 'an envelope cannot be read and is dropped');
  onEnvelope?.('refused', 0);
}

/** The samples of one meter in the order in which they were measured; meters side by side. */
async function store(
  deps: EnvelopeIntakeDeps,
  concentrator: string,
  { samples, seq }: Envelope,
  meters: ReadonlyMap<string, PushedMeter>,
): Promise<boolean> {
  const byMeter = new Map<PushedMeter, { readonly at: Instant; readonly sample: Sample }[]>();
  const left: { readonly sample: string; readonly meter: string; readonly reason: string }[] = [];
  for (const [index, sample] of samples.entries()) {
    const meter = meters.get(placeOf(concentrator, sample.port, sample.meter));
    const taken =
      meter === undefined ? 'no meter of the configuration has this port and address' : instantOf(sample, meter, deps.clock.now());
    if (meter === undefined || typeof taken === 'string') {
      left.push({ sample: `samples[${index}]`, meter: sample.meter, reason: String(taken) });
      continue;
    }
    const known = byMeter.get(meter);
    if (known === undefined) byMeter.set(meter, [{ at: taken, sample }]);
    else known.push({ at: taken, sample });
  }
  // One sentence an envelope: a concentrator may know a thousand meters that nobody configured.
  if (left[0] !== undefined) deps.logger.warn({ concentrator, seq, ...left[0], count: left.length }, 'samples were not taken');
  const stored = await Promise.all(
    [...byMeter].map(async ([{ meterPointId }, taken]) => {
      for (const { at, sample } of taken.sort((left, right) => left.at - right.at)) {
        if (!(await deps.metering.record({ meterPointId, answers: answersOf(sample, at), relay: undefined }))) return false;
      }
      return true;
    }),
  );
  return stored.every(Boolean);
}

/** When the meter measured a sample, or why nobody can believe that. */
function instantOf({ readAt, meterTime }: Sample, { zone }: PushedMeter, now: Instant): Instant | string {
  if (readAt - now > CLOCK_TOLERANCE_MS) return `readAt ${formatInstant(readAt)} has not come yet: the concentrator’s clock is ahead`;
  if (meterTime === undefined) return readAt;
  const at = fromLocalTime(meterTime, zone);
  return at - readAt > CLOCK_TOLERANCE_MS ? `meterTime ${formatInstant(at)} is after readAt: the meter’s clock is ahead` : at;
}

/** Nothing that is pushed says anything of the relay: only what the meter answers when it is asked does. */
function answersOf({ values }: Sample, readAt: Instant): readonly RegisterAnswer[] {
  return values.map(({ register, value, unit, quality }) => ({
    register: asRegister(register),
    value,
    unit,
    readAt,
    ...(quality === 'good' ? {} : { doubt: 'the concentrator doubts it' }),
  }));
}
