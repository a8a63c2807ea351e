import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';

/** A loop at our own pace: it works, rests until it is woken or its rest is over, and outlives every failure of one round. */
export interface RunningLoop {
  /** Ends the present rest; harmless while it works. */
  wake(): void;
  /** Lets the present round finish and resolves when it has. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** One round; how long to rest after it, 0 for another round at once. */
  readonly round: (signal: AbortSignal) => Promise<number>;
}

/** Rest after a round that failed. */
const FAILURE_REST_MS = 1000;

export function startLoop({ name, clock, logger, round }: LoopOptions): RunningLoop {
  const stopping = new AbortController();
  let endRest: (() => void) | undefined;
  let woken = false;

  /** Thousands of these a second are nothing special: a rest is one promise and one timer. */
  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      const finish = () => {
        endRest = undefined;
        woken = false;
        resolve();
      };
      if (woken || ms <= 0 || stopping.signal.aborted) return finish();
      const cancel = clock.after(ms, finish);
      endRest = () => {
        cancel();
        finish();
      };
    });
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        await rest(await round(stopping.signal));
      } catch (error) {
        logger.error({ job: name, error }, 'a round failed; the job goes on');
        await rest(FAILURE_REST_MS);
      }
    }
  };
  const running = run();
  return {
    wake() {
      woken = true;
      endRest?.();
    },
    async stop() {
      stopping.abort();
      endRest?.();
      await running;
    },
  };
}
