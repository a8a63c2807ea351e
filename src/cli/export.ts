import { exportHledger } from '../store/sqlite/index.ts';

/** Writes the journal to standard output. */
export function exportJournal(data: string): void {
  process.stdout.write(exportHledger(data));
}
