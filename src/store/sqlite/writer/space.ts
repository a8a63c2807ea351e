/**
 * What a full disk still allows: a reserve file beside the database is given back to the file system, so that what is under way
 * for a customer's light (moves of commands, relay reports, restores) can be stored, while new money, readings and trips are refused.
 */
import { closeSync, existsSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';

/** Enough for tens of thousands of moves with their records. */
const RESERVE_BYTES = 8 * 1024 * 1024;
/** The disk has room again when the reserve fits in twice. */
const ENOUGH_BYTES = 2 * RESERVE_BYTES;
const BLOCK = new Uint8Array(1024 * 1024);

export interface Space {
  readonly isTight: boolean;
  /** The disk is full: gives the reserve back. */
  runOut(): void;
  /** Takes the reserve again as soon as there is room for it. */
  lookAgain(): void;
}

export const ENDLESS_SPACE: Space = { isTight: false, runOut: () => undefined, lookAgain: () => undefined };

export function createSpace(dir: string, reserve: string): Space {
  const freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  };
  let isTight = !existsSync(reserve) && !takeReserve(reserve);
  return {
    get isTight() {
      return isTight;
    },
    runOut() {
      rmSync(reserve, { force: true });
      isTight = true;
    },
    lookAgain() {
      if (isTight && freeBytes() > ENOUGH_BYTES && takeReserve(reserve)) isTight = false;
    },
  };
}

/** Written in full, so that the room is really taken; false where there is none. */
function takeReserve(file: string): boolean {
  try {
    const descriptor = openSync(file, 'w');
    try {
      for (let written = 0; written < RESERVE_BYTES; ) written += writeSync(descriptor, BLOCK);
    } finally {
      closeSync(descriptor);
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    rmSync(file, { force: true });
    return false;
  }
}
