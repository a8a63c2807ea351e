import { closeSync, openSync, writeSync } from 'node:fs';
import { OperatorError } from '../src/kernel/app-error.ts';
import type { RelayPosition } from './meter/relay.ts';

/** One frame that a meter heard, and what became of it. Only requests: a meter doesn't listen to answers. */
export interface HeardFrame {
  /** RFC 3339. */
  readonly at: string;
  /** The meter that heard it, 12 digits; where no meter here has that address, the one that was called. */
  readonly address: string;
  /** Upper-case hex. */
  readonly control: string;
  /** Of reads and writes, DI3 first. */
  readonly di: string | null;
  /** N1 of a relay frame: `1A` trips, `1B` arms, `1C` closes. */
  readonly code: string | null;
  /** Whether the meter's answer goes out; what the line does to it afterwards is another matter. */
  readonly answered: boolean;
  /** After the frame; null where no meter here has that address. */
  readonly relay: RelayPosition | null;
}

export interface FrameLog {
  write(frame: HeardFrame): void;
  close(): void;
}

/** Appends one JSON line for each frame, handed to the system before the answer leaves: a killed process loses none. */
export function openFrameLog(file: string): FrameLog {
  const descriptor = open(file);
  return {
    write: (frame) => void writeSync(descriptor, `${JSON.stringify(frame)}\n`),
    close: () => closeSync(descriptor),
  };
}

function open(file: string): number {
  try {
    return openSync(file, 'a');
  } catch (error) {
    throw new OperatorError('config-invalid', `${file} cannot be written; name a log file in a folder that exists`, { file }, error);
  }
}
