import type { Frame } from '../../protocols/dlt645/index.ts';
import type { FrameClass } from '../faults/faults.ts';
import type { Asked, VirtualMeter } from '../meter/meter.ts';

/** What the log says of a frame's content. */
export interface FrameContent {
  readonly control: string;
  readonly di: string | null;
  /** N1 of a relay command, even where it is none that this meter knows. */
  readonly code: string | null;
}

/** Puts an answer into a frame. */
export type EncodeAnswer = (address: string, wakeUp: number) => Uint8Array;

/** The year of DL/T 645 that the meters of a line speak. */
export interface SpokenEdition {
  readonly classOf: (frame: Frame) => FrameClass;
  readonly contentOf: (frame: Frame) => FrameContent;
  /** A meter hears a request and acts; undefined where it says nothing. `stuck`: a relay command is taken and nothing moves. */
  readonly answer: (meter: VirtualMeter, asked: Asked, frame: Frame, stuck: boolean) => EncodeAnswer | undefined;
}
