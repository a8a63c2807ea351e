/** Wakes the writer's thread: a counter in shared memory, raised behind each message. */
export type Bell = Int32Array<SharedArrayBuffer>;

export const createBell = (): Bell => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

export function ring(bell: Bell): void {
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
}

/** Blocks the thread until `receive` has something; one ring between the look and the sleep is not missed. */
export function awaitRing<T>(bell: Bell, receive: () => T | undefined): T {
  for (;;) {
    const rung = Atomics.load(bell, 0);
    const received = receive();
    if (received !== undefined) return received;
    Atomics.wait(bell, 0, rung);
  }
}
