import type { AnswerNow } from '../../core/ports/store.ts';
import { readerOn } from './connection.ts';
import { answer } from './queries/answers.ts';
import { readFolder } from './read-only.ts';

/**
 * Lets somebody ask a data folder, beside a running gateway or without one; all of it is answered from one snapshot.
 *
 * @errors data-unreadable, data-too-new
 */
export function askFolder<T>(dir: string, use: (ask: AnswerNow) => T): T {
  return readFolder(dir, (database) => {
    const sources = { reader: readerOn(database), walBytes: () => 0 };
    return use((name, ask) => answer(name, ask, sources));
  });
}
