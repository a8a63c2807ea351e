/** The hardware double of the bus tests: what is written is kept, what is heard is said by the test. */
import type { Clock } from '../../../src/kernel/clock.ts';
import { err, ok } from '../../../src/kernel/result.ts';
import { createListeners } from '../../../src/transports/listeners.ts';
import type { PortSettings } from '../../../src/transports/port-settings.ts';
import type { Transport, TransportState } from '../../../src/transports/transport.ts';

/** 8E1 at 9600 bit/s: one character takes 1.146 ms. */
export const FAST_PORT: PortSettings = { baudRate: 9600, dataBits: 8, parity: 'even', stopBits: 1 };

export interface Written {
  readonly bytes: Uint8Array;
  readonly port: PortSettings | undefined;
}

export interface MemoryLine {
  readonly transport: Transport;
  readonly written: readonly Written[];
  /** Called after each write; a test answers from here. */
  onWrite: (bytes: Uint8Array) => void;
  hear(...chunks: readonly Uint8Array[]): void;
  goUp(): void;
  goDown(reason?: string): void;
}

export function createMemoryLine(clock: Clock, { concurrent = 1 }: { concurrent?: number } = {}): MemoryLine {
  const listeners = createListeners();
  const written: Written[] = [];
  let state: TransportState = { state: 'up', since: clock.now() };

  const line: MemoryLine = {
    written,
    onWrite: () => undefined,
    hear(...chunks) {
      for (const chunk of chunks) listeners.data(chunk);
    },
    goUp() {
      state = { state: 'up', since: clock.now() };
      listeners.up();
    },
    goDown(reason = 'unplugged') {
      state = { state: 'down', since: clock.now(), reason };
      listeners.down(reason);
    },
    transport: {
      name: 'memory',
      concurrent,
      port: FAST_PORT,
      transitMs: 0,
      open: () => undefined,
      close: () => Promise.resolve(),
      state: () => state,
      listen: (listener) => listeners.add(listener),
      write(bytes, { port }) {
        if (state.state !== 'up') return Promise.resolve(err({ code: 'line-down', sent: false, reason: 'unplugged' }));
        written.push({ bytes, port });
        line.onWrite(bytes);
        return Promise.resolve(ok(undefined));
      },
    },
  };
  return line;
}
