/**
 * Meters of DL/T 645, of one year or both, and of Modbus RTU on the same pair of wires. On a wire silence tells their frames apart; a socket
 * keeps none, so here the line itself finds the frames and hands each to those who speak it. Whatever the others had
 * begun to take for a frame of theirs is forgotten then.
 */
import { createDlt645Framer } from '../../protocols/dlt645/index.ts';
import { createRtuRequestFramer } from '../../protocols/modbus/index.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import type { Framer } from '../../src/kernel/framer.ts';
import type { LineEnd, SharedLine } from './shared-line.ts';

export interface MixedLineOptions {
  readonly clock: Clock;
  /** One for each year that is spoken; meters of different years answer apart. */
  readonly dlt645: readonly SharedLine[];
  readonly modbusRtu: SharedLine;
}

/** Behind a gap of this length what comes is a new frame for everybody. */
const LONGEST_GAP_MS = 500;

interface Speaker {
  readonly framer: Framer;
  readonly end: LineEnd;
}

export function createMixedLine({ clock, dlt645, modbusRtu }: MixedLineOptions): SharedLine {
  return {
    connect(send) {
      const speakers: readonly Speaker[] = [
        ...dlt645.map((line) => ({ framer: createDlt645Framer(), end: line.connect(send) })),
        { framer: createRtuRequestFramer(), end: modbusRtu.connect(send) },
      ];
      let heardAtMs = clock.monotonicMs();

      function forgetAll(): void {
        for (const { framer } of speakers) framer.reset();
      }

      return {
        hear(chunk) {
          const nowMs = clock.monotonicMs();
          if (nowMs - heardAtMs > LONGEST_GAP_MS) forgetAll();
          heardAtMs = nowMs;
          const heard = speakers.map(({ framer, end }) => ({
            end,
            frames: framer.push(chunk).filter(({ kind }) => kind === 'frame'),
          }));
          if (heard.some(({ frames }) => frames.length > 0)) forgetAll();
          for (const { end, frames } of heard) for (const { bytes } of frames) end.hear(bytes);
        },
        close() {
          for (const { end } of speakers) end.close();
        },
      };
    },
  };
}
