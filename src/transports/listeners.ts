import type { TransportListener } from './transport.ts';

/** The listeners of one transport, spoken to as one. */
export interface Listeners extends Required<TransportListener> {
  add(listener: TransportListener): () => void;
}

export function createListeners(): Listeners {
  const all = new Set<TransportListener>();
  return {
    add(listener) {
      all.add(listener);
      return () => all.delete(listener);
    },
    data(chunk) {
      for (const listener of all) listener.data(chunk);
    },
    stray(bytes) {
      for (const listener of all) listener.stray?.(bytes);
    },
    up() {
      for (const listener of all) listener.up?.();
    },
    down(reason) {
      for (const listener of all) listener.down?.(reason);
    },
  };
}
