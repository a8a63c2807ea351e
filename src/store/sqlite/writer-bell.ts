import { availableParallelism } from 'node:os';

/** Wakes the writer's thread: a counter in shared memory, raised behind each message. */
export type Bell = Int32Array<SharedArrayBuffer>;

export const createBell = (): Bell => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

export function ring(bell: Bell): void {
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
}

/**
 * How often to look at the bell before going to sleep, some 100 µs: who waits for an answer asks on right after it, and falling asleep
 * and being woken takes longer than that. Where there is one core, looking would only keep it from the one who asks.
 */
const LOOKS = availableParallelism() > 1 ? 10_000 : 0;

/** Blocks the thread until `receive` has something; one ring between the look and the sleep is not missed. */
export function awaitRing<T>(bell: Bell, receive: () => T | undefined): T {
  for (;;) {
    const rung = Atomics.load(bell, 0);
    const received = receive();
    if (received !== undefined) return received;
    for (let looks = 0; looks < LOOKS && Atomics.load(bell, 0) === rung; looks++);
    Atomics.wait(bell, 0, rung);
  }
}
