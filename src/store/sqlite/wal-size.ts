import { statSync } from 'node:fs';

/** Bytes that wait beside a database to be merged into it. */
export const walSize = (database: string): number => statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0;
