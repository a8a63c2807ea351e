import type { ImportFile } from '../api/deps.ts';
import { readArchiveFile } from '../archivefiles/read-archive-file.ts';
import type { Config } from '../config/load.ts';
import type { Sealer } from '../core/ports/sealer.ts';
import type { Store } from '../core/ports/store.ts';
import { createArchiveImport } from '../core/services/archive-import.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { err, ok } from '../kernel/result.ts';

interface ImportParts {
  readonly config: Pick<Config, 'zone' | 'archiveColumns'>;
  readonly store: Store;
  readonly sealer: Sealer | undefined;
  readonly clock: Clock;
}

/** Imports files beside everything else that the gateway does: it gives the lines their turn now and then. */
export function createFileImport({ config, store, sealer, clock }: ImportParts): ImportFile {
  const pause = () => sleep(clock, 0);
  const imports = createArchiveImport({ store, sealer, clock, pause });
  return async ({ bytes, ...order }) => {
    const file = await readArchiveFile(bytes, { zone: config.zone, encoding: 'auto', columns: config.archiveColumns, pause });
    if (!file.ok) return err({ code: 'bad-file', detail: file.error });
    const { rows, errors } = file.value;
    const outcome = await imports.run({ ...order, rows, errors, zone: config.zone, reason: 'import of a file' });
    return outcome.ok ? ok({ report: outcome.value, file: file.value }) : outcome;
  };
}
