import { readFileSync, writeFileSync } from 'node:fs';
import { type Child, startCli } from './child.ts';

/** A gateway in a process of its own. */
export interface RunningGateway {
  readonly child: Child;
  readonly url: string;
  readonly key: string;
}

/** Starts it and waits until it listens; the key is known from the first start on. */
export async function startGateway(
  { config, data }: { config: string; data: string },
  known?: string,
  environment?: Readonly<Record<string, string>>,
  logLevel = 'error',
): Promise<RunningGateway> {
  const child = startCli(['start', '--config', config, '--data', data, '--listen', '127.0.0.1:0', '--log-level', logLevel], environment);
  const key = known ?? (await child.line((line) => line.startsWith('administrator key'))).split(': ')[1] ?? '';
  const [, url = ''] = /on (http\S+)/.exec(await child.line((line) => line.startsWith('feikong listens'))) ?? [];
  return { child, url, key };
}

/** A tenth of a second between polls, so that something is under way at every moment. */
export function pollFaster(config: string): void {
  writeFileSync(config, readFileSync(config, 'utf8').replace('intervalMs: 1000', 'intervalMs: 100'));
}

/** What the API answers to a GET. */
export async function get<T>({ url, key }: Pick<RunningGateway, 'url' | 'key'>, path: string): Promise<T> {
  const response = await fetch(`${url}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } });
  return (await response.json()) as T;
}
