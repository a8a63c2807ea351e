import type { ApiKey } from '../core/model/api-key.ts';
import type { Store } from '../core/ports/store.ts';
import type { Clock } from '../kernel/clock.ts';
import { hashKey } from './keys.ts';

/** Finds who a Bearer token belongs to. */
export interface KeyBook {
  find(plain: string): Promise<ApiKey | undefined>;
}

/** A key that was withdrawn works on for so long at most. */
const REMEMBERED_MS = 5000;
const REMEMBERED_LIMIT = 512;

interface Remembered {
  readonly apiKey: ApiKey;
  readonly untilMs: number;
}

/** Only keys that exist are remembered, by their hash: a flood of wrong ones pushes nobody out. */
export function createKeyBook({ store, clock }: { readonly store: Store; readonly clock: Clock }): KeyBook {
  const known = new Map<string, Remembered>();
  return {
    async find(plain) {
      const hash = hashKey(plain);
      const remembered = known.get(hash);
      if (remembered !== undefined && clock.monotonicMs() < remembered.untilMs) return remembered.apiKey;
      known.delete(hash);
      const apiKey = await store.read('apiKeyByHash', { hash });
      if (apiKey === undefined) return undefined;
      if (known.size >= REMEMBERED_LIMIT) known.clear();
      known.set(hash, { apiKey, untilMs: clock.monotonicMs() + REMEMBERED_MS });
      return apiKey;
    },
  };
}
