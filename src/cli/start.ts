import { planLines, refuseOverfullLines } from '../compose/line-plan.ts';
import { PROTOCOLS } from '../compose/protocols.ts';
import { loadConfig } from '../config/load.ts';
import { systemClock } from '../kernel/clock.ts';
import { runGateway } from '../main.ts';
import { createLogger } from './logger.ts';
import { printLine } from './output.ts';

export interface StartOptions {
  readonly config: string;
  readonly data: string;
  readonly listen?: string;
  readonly logLevel: string;
}

export async function start(options: StartOptions): Promise<void> {
  const config = loadConfig(options.config, PROTOCOLS, { listen: options.listen });
  await runGateway({ config, dataDir: options.data, clock: systemClock, logger: createLogger(options.logLevel), print: printLine });
}

/** What a configuration holds, in one sentence. */
export function checkConfig(file: string): string {
  const config = loadConfig(file, PROTOCOLS);
  refuseOverfullLines(planLines(config));
  const { lines, points, tariffs, ruleSets } = config;
  return `${file} is valid: ${points.length} meters on ${lines.length} lines, ${tariffs.size} tariffs, ${ruleSets.size} rule sets`;
}
