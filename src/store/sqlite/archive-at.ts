import type { DatedFact } from '../../core/model/archive.ts';
import type { Instant } from '../../kernel/clock.ts';
import { readerOn } from './connection.ts';
import { archiveAnswers } from './queries/archive-queries.ts';
import { readFolder } from './read-only.ts';

/**
 * What the archive of a data folder says holds at an instant, beside a running gateway or without one.
 *
 * @errors data-unreadable, data-too-new
 */
export function readArchiveAt(dir: string, at: Instant): readonly DatedFact[] {
  return readFolder(dir, (database) => archiveAnswers.archiveAt({ reader: readerOn(database), walBytes: () => 0 }, { at }));
}
