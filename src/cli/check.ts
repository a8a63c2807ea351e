import { ERROR_CODES } from '../kernel/error-codes.ts';
import { createSealer } from '../sealers/aes-sealer.ts';
import { checkDataFolder, type Opens } from '../store/sqlite/index.ts';
import { printJson, printLine, printNote } from './output.ts';

const EXIT = { holds: 0, violated: 1, unreadable: 2 } as const;

/** Recomputes every invariant; answers the exit code. Works beside a running gateway. */
export function check(
  { data, json }: { readonly data: string; readonly json?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): number {
  const sealer = createSealer(environment.FEIKONG_SEAL_KEY);
  const opens: Opens | undefined = sealer && ((sealed, subject) => sealer.open(sealed, subject) !== undefined);
  const outcome = checkDataFolder(data, opens);
  if (!outcome.ok) {
    const { code } = outcome.error;
    if (json === true) printJson({ ok: false, error: outcome.error });
    printNote(`feikong: ${data} cannot be checked: ${ERROR_CODES[code].meaning}. ${ERROR_CODES[code].remedy}`);
    return EXIT.unreadable;
  }
  const { violations, checked, counts } = outcome.value;
  if (json === true) printJson({ ok: violations.length === 0, violations, checked, counts });
  else {
    for (const { invariant, where, found, expected } of violations)
      printLine(`${invariant} violated at ${where}: found ${found}, expected ${expected}`);
    printLine(
      violations.length === 0
        ? `${checked.join(', ')} hold: ${counts.entries} entries, ${counts.readings} readings`
        : `${violations.length} violations`,
    );
  }
  return violations.length === 0 ? EXIT.holds : EXIT.violated;
}
