import type { Logger } from '../kernel/logger.ts';

/** A store that failed must not go on: what it has not acknowledged is not there, and a restart finds what is. */
export function endNow(logger: Logger, error: unknown): never {
  logger.error({ error }, 'the store failed; the process ends so that nothing more is promised');
  process.exit(EXIT_STORE_FAILED);
}

const EXIT_STORE_FAILED = 70;

/** Resolves at the first SIGTERM or SIGINT. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}
