/** Fuzzes every decoder, each in a thread of its own that is watched: it may neither throw, nor hang, nor grow. */
import { Worker } from 'node:worker_threads';
import { DECODERS } from '../support/fuzz-decoders.ts';
import type { FuzzJob } from './fuzz-worker.ts';

/** One input takes microseconds; a machine that is busy may take this long for none at all. */
const HANGS_AFTER_MS = 30_000;
const LOOK_EVERY_MS = 1000;
/** Node and the tables take some 20 MB of it. */
const MOST_MEMORY_MB = 128;

/** Throws with decoder, seed and bytes of the first input that breaks a promise; `--count 1` with that seed plays it again. */
export async function runFuzz(count: number, seed: number): Promise<object> {
  const taken: Record<string, number> = {};
  for (const name of Object.keys(DECODERS)) taken[name] = await fuzzInThread(name, count, seed);
  return { inputsEach: count, seed, taken };
}

function fuzzInThread(name: string, count: number, seed: number): Promise<number> {
  const tried = new Int32Array(new SharedArrayBuffer(4));
  const workerData: FuzzJob = { name, count, seed, tried };
  const worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
  });
  return new Promise<number>((resolve, reject) => {
    let last = 0;
    let lastAtMs = performance.now();
    const watch = setInterval(() => {
      const now = Atomics.load(tried, 0);
      if (now === last && performance.now() - lastAtMs > HANGS_AFTER_MS) {
        reject(new Error(`${name} hangs at seed ${seed + now}`));
        void worker.terminate();
      }
      if (now !== last) lastAtMs = performance.now();
      last = now;
    }, LOOK_EVERY_MS);
    worker.once('message', resolve);
    worker.once('error', (error) => reject(new Error(`${name} ended at seed ${seed + Atomics.load(tried, 0)}`, { cause: error })));
    worker.once('exit', () => {
      clearInterval(watch);
      reject(new Error(`${name} ended without an answer`));
    });
  });
}
