import { endNow, stopSignal } from './cli/process-end.ts';
import { startGateway } from './compose/gateway.ts';
import type { Config } from './config/load.ts';
import { type Clock, formatInstant } from './kernel/clock.ts';
import type { Logger } from './kernel/logger.ts';

export interface MainOptions {
  readonly config: Config;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly print: (line: string) => void;
}

/** Runs a gateway until the process is told to stop; prints where it listens and, on the first start, the administrator's key. */
export async function runGateway({ config, dataDir, clock, logger, print }: MainOptions): Promise<void> {
  const gateway = await startGateway({
    config,
    dataDir,
    clock,
    logger,
    environment: process.env,
    onFatal: (error) => endNow(logger, error),
  });
  if (gateway.adminKey !== undefined) print(`administrator key, shown this once: ${gateway.adminKey}`);
  print(`feikong listens on ${gateway.url} since ${formatInstant(clock.now())}`);
  await stopSignal();
  await gateway.close();
}
