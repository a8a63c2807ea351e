import { parentPort, workerData } from 'node:worker_threads';
import { fuzz } from '../support/fuzz-decoders.ts';

export interface FuzzJob {
  readonly name: string;
  readonly count: number;
  readonly seed: number;
  /** One number: how many inputs were tried. */
  readonly tried: Int32Array;
}

const { name, count, seed, tried } = workerData as FuzzJob;
parentPort?.postMessage(fuzz(name, count, seed, (sofar) => Atomics.store(tried, 0, sofar)));
