import { type Clock, formatInstant } from '../../kernel/clock.ts';

/** Where the demo tells its story: for people on standard output, beside JSON on standard error. */
export interface Screen {
  tell(chapter: string, text: string): void;
  note(text: string): void;
}

const CHAPTER_WIDTH = 10;

export function createScreen(clock: Clock, write: (text: string) => void): Screen {
  return {
    tell: (chapter, text) => write(`${formatInstant(clock.now()).slice(11, 23)}  ${chapter.padEnd(CHAPTER_WIDTH)}${text}\n`),
    note: (text) => write(`${text}\n`),
  };
}
