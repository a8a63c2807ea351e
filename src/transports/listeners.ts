import type { TransportListener } from './transport.ts';

/** The listeners of one transport, spoken to as one. */
export interface Listeners extends Required<TransportListener> {
  add(listener: TransportListener): () => void;
}

export const createListeners = (): Listeners => new AllListeners();

class AllListeners implements Listeners {
  /** Made anew with each change, so that one who leaves while all are told does not make another one miss it. */
  private all: readonly TransportListener[] = [];

  add(listener: TransportListener): () => void {
    this.all = [...this.all, listener];
    return () => {
      this.all = this.all.filter((other) => other !== listener);
    };
  }

  data(chunk: Uint8Array): void {
    for (const listener of this.all) listener.data(chunk);
  }

  stray(bytes: Uint8Array): void {
    for (const listener of this.all) listener.stray?.(bytes);
  }

  up(): void {
    for (const listener of this.all) listener.up?.();
  }

  down(reason: string): void {
    for (const listener of this.all) listener.down?.(reason);
  }
}
