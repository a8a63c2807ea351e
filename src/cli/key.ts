import { randomBytes } from 'node:crypto';
import { createKey } from '../api/keys.ts';
import { SCOPES, type Scope } from '../core/model/api-key.ts';
import { OperatorError } from '../kernel/app-error.ts';
import { type Instant, parseInstant, systemClock } from '../kernel/clock.ts';
import { createNewId } from '../kernel/ids.ts';
import { openSqliteStore } from '../store/sqlite/index.ts';
import { createLogger } from './logger.ts';
import { printLine } from './output.ts';
import { endNow } from './process-end.ts';

export interface KeyOptions {
  readonly name: string;
  readonly scope: readonly string[];
  /** An instant in text. */
  readonly expiresAt?: string;
  readonly data: string;
}

/** Makes a key for a named person or system and shows it this once. */
export async function createApiKey({ name, scope, expiresAt, data }: KeyOptions): Promise<void> {
  const scopes = scope.flatMap((text) => text.split(',')).map(scopeOf);
  const { plain, apiKey } = createKey({
    name,
    scopes,
    createdAt: systemClock.now(),
    expiresAt: expiresAt === undefined ? undefined : instantOf(expiresAt),
    newId: createNewId(() => systemClock.now(), randomBytes),
    random: randomBytes,
  });
  const logger = createLogger('error');
  const store = await openSqliteStore({ dataDir: data, clock: systemClock, logger, onFatal: (error) => endNow(logger, error) });
  try {
    await store.commit({ facts: [{ kind: 'apiKey', apiKey }] });
  } finally {
    await store.close();
  }
  printLine(plain);
}

function instantOf(text: string): Instant {
  const at = parseInstant(text);
  if (at === undefined) throw new OperatorError('bad-request', `--expires-at is ${text}; expected an instant as 2027-11-24T08:00:00Z`);
  return at;
}

function scopeOf(text: string): Scope {
  const scope = SCOPES.find((candidate) => candidate === text);
  if (scope === undefined) throw new OperatorError('bad-request', `--scope is ${text}; expected some of ${SCOPES.join(', ')}`);
  return scope;
}
