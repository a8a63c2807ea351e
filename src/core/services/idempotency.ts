import { err, type Result } from '../../kernel/result.ts';

/** Why a repeated write is not answered with what happened the first time. */
export interface KeyError {
  readonly code: 'idempotency-mismatch' | 'in-progress';
}

/** What a keyed write answers: `replayed` where the same key, or the same natural key, was used before with the same content. */
export interface Once<T> {
  readonly value: T;
  readonly replayed: boolean;
}

/** Lets one request of a key run at a time in this process; the store's unique keys hold across processes and for ever. */
export function createKeyGate(): <T, E>(key: string, run: () => Promise<Result<T, E>>) => Promise<Result<T, E | KeyError>> {
  const underWay = new Set<string>();
  return async (key, run) => {
    if (underWay.has(key)) return err({ code: 'in-progress' });
    underWay.add(key);
    try {
      return await run();
    } finally {
      underWay.delete(key);
    }
  };
}
