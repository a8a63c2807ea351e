import type { MeterFailure, MeterGateway } from '../core/ports/meter-gateway.ts';
import type { MeteringService } from '../core/services/metering-service.ts';
import { type Clock, plusMs } from '../kernel/clock.ts';
import type { MeterId, MeterPointId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { createDueQueue } from './due-queue.ts';
import { type RunningLoop, startLoop } from './loop.ts';

export interface PolledMeter {
  readonly meterId: MeterId;
  readonly meterPointId: MeterPointId;
  readonly intervalMs: number;
}

export interface PollJobDeps {
  readonly meters: readonly PolledMeter[];
  readonly gateway: MeterGateway;
  readonly metering: MeteringService;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each poll's end, for the figures. */
  readonly onPolled?: (meterId: MeterId, outcome: 'ok' | MeterFailure['code'], ms: number) => void;
}

/** Longest rest while no meter is due. */
const REST_MS = 1000;

/** Polls each meter at its own interval, spread evenly over the first one; a meter is never asked twice at a time. */
export function startPollJob(deps: PollJobDeps): RunningLoop {
  const { clock, meters } = deps;
  const due = createDueQueue<PolledMeter>();
  const underWay = new Set<Promise<void>>();
  const start = clock.monotonicMs();
  for (const [index, meter] of meters.entries()) due.add(meter, start + (meter.intervalMs * index) / meters.length);

  const stopping = new AbortController();

  const pollNext = (meter: PolledMeter, dueMs: number) => {
    const polling = poll(deps, meter, stopping.signal)
      .catch((error: unknown) => deps.logger.error({ meterId: meter.meterId, error }, 'a poll failed; the next one comes in its turn'))
      .then(() => {
        underWay.delete(polling);
        const nextMs = Math.max(dueMs + meter.intervalMs, clock.monotonicMs());
        const isFirst = nextMs < (due.firstMs() ?? Number.POSITIVE_INFINITY);
        due.add(meter, nextMs);
        if (isFirst) loop.wake();
      });
    underWay.add(polling);
  };

  const loop = startLoop({
    name: 'poll',
    clock,
    logger: deps.logger,
    async round(signal) {
      for (let dueMs = due.firstMs(); dueMs !== undefined; dueMs = due.firstMs()) {
        const waitMs = dueMs - clock.monotonicMs();
        if (waitMs > 0 || signal.aborted) return Math.min(Math.ceil(waitMs), REST_MS);
        const next = due.take();
        if (next !== undefined) pollNext(next, dueMs);
      }
      return REST_MS;
    },
  });
  return {
    wake: loop.wake,
    async stop() {
      // What still waits for its line, as for one that is down, is withdrawn; what is on the wire ends by itself.
      stopping.abort();
      await loop.stop();
      await Promise.all(underWay);
    },
  };
}

async function poll(
  { gateway, metering, clock, logger, onPolled }: PollJobDeps,
  { meterId, meterPointId, intervalMs }: PolledMeter,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = clock.monotonicMs();
  const asking = { priority: 'scheduled', deadline: plusMs(clock.now(), intervalMs), signal } as const;
  const registers = await gateway.readRegisters(meterId, metering.registersOf(meterPointId), asking);
  onPolled?.(meterId, registers.ok ? 'ok' : registers.error.code, clock.monotonicMs() - startedAt);
  if (!registers.ok) {
    logger.debug({ meterId, code: registers.error.code }, 'a meter could not be read');
    return;
  }
  const relay = await gateway.readRelay(meterId, asking);
  await metering.record({ meterPointId, answers: registers.value, relay: relay.ok ? relay.value : undefined });
}
