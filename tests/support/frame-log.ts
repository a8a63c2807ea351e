import { readFileSync } from 'node:fs';

/** One line of the simulator's frame log. */
export interface LoggedFrame {
  readonly at: string;
  readonly address: string;
  readonly control: string;
  readonly di: string | null;
  readonly code: string | null;
  readonly answered: boolean;
  readonly relay: string;
}

/** Every frame that the meters heard, in order. */
export function readFrames(file: string): LoggedFrame[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
