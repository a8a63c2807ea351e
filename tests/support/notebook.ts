/** A logger whose sentences a test can wait for. */
import type { Logger } from '../../src/kernel/logger.ts';

export function createNotebook() {
  const notes: { readonly fields: object; readonly message: string }[] = [];
  const waiting: (() => void)[] = [];
  const note = (fields: object, message?: string) => {
    if (message === undefined) return;
    notes.push({ fields, message });
    for (const resolve of waiting.splice(0)) resolve();
  };
  const logger: Logger = { trace: note, debug: note, info: note, warn: note, error: note, child: () => logger };
  return {
    logger,
    /** Resolves to the fields of the first note with this message. */
    async wrote(message: string): Promise<object> {
      for (;;) {
        const found = notes.find((candidate) => candidate.message === message);
        if (found !== undefined) return found.fields;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    all: () => notes,
    times: (message: string) => notes.filter((candidate) => candidate.message === message).length,
  };
}
