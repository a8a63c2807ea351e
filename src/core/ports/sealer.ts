import type { ArchiveSubject, Sealed } from '../model/archive.ts';

/** Encrypts what identifies a person before it is stored. A sealed text opens only for the subject that it was sealed for. */
export interface Sealer {
  seal(plain: string, subject: ArchiveSubject): Sealed;
  /** Undefined where its key is not known or the text was changed. */
  open(sealed: Sealed, subject: ArchiveSubject): string | undefined;
  /** Whether this is the text that was sealed, by its hash. */
  matches(sealed: Sealed, plain: string): boolean;
  /** Hashes of a text under every known key, for a search. */
  hashesOf(plain: string): readonly string[];
}
