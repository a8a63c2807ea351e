import type { CancelTimer, Clock } from '../../src/kernel/clock.ts';
import type { Struck } from '../faults/faults.ts';
import type { FaultKind } from '../faults/faults-file.ts';
import { join } from '../meter/encode.ts';

export type Send = (bytes: Uint8Array) => void;

/** What a wire costs: 11 bits a character (8E1) both ways, and the time that a meter thinks. */
export interface Pacing {
  readonly baudRate: number;
  readonly replyDelayMs: number;
}

export interface Sender {
  send(request: Uint8Array, answer: Uint8Array, struck: readonly Struck[]): void;
  /** Forgets what is still to be sent. */
  close(): void;
}

const BITS_A_CHARACTER = 11;
const NO_BYTES = new Uint8Array(0);

/** Puts answers on the line, at their time and with the faults of a line: delay, split, merge, echo. */
export function createSender(clock: Clock, pacing: Pacing | undefined, send: Send): Sender {
  const waiting = new Set<CancelTimer>();
  let heldBack: Uint8Array = NO_BYTES;

  function sendAfter(ms: number, bytes: Uint8Array): void {
    if (ms <= 0) {
      send(bytes);
      return;
    }
    const cancel = clock.after(ms, () => {
      waiting.delete(cancel);
      send(bytes);
    });
    waiting.add(cancel);
  }

  return {
    send(request, answer, struck) {
      const fault = (kind: FaultKind) => struck.find((one) => one.kind === kind);
      if (fault('echo') !== undefined) send(request);
      const bytes = heldBack.length === 0 ? answer : join(heldBack, answer);
      heldBack = fault('merge') === undefined ? NO_BYTES : bytes;
      if (heldBack.length > 0) return;
      const start = wireMs(request.length + answer.length, pacing) + (fault('delay')?.delayMs ?? 0);
      const split = fault('split');
      const chunks = split === undefined ? [bytes] : chunksOf(bytes, 2 + (split.draw % 3));
      for (const [index, chunk] of chunks.entries()) sendAfter(start + index * (split?.delayMs ?? 0), chunk);
    },
    close() {
      for (const cancel of waiting) cancel();
      waiting.clear();
    },
  };
}

function wireMs(characters: number, pacing: Pacing | undefined): number {
  if (pacing === undefined) return 0;
  return pacing.replyDelayMs + (characters * BITS_A_CHARACTER * 1000) / pacing.baudRate;
}

function chunksOf(bytes: Uint8Array, count: number): Uint8Array[] {
  const size = Math.ceil(bytes.length / count);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}
