import { readFileSync } from 'node:fs';
import { OperatorError } from '../kernel/app-error.ts';

/** Reads the two PEM files of a listener; `place` is what the configuration calls it. */
export function readTls(tls: { readonly certFile: string; readonly keyFile: string } | undefined, place: string) {
  if (tls === undefined) return undefined;
  try {
    return { key: readFileSync(tls.keyFile, 'utf8'), cert: readFileSync(tls.certFile, 'utf8') };
  } catch (error) {
    throw new OperatorError(
      'config-invalid',
      `${place}: ${tls.certFile} and ${tls.keyFile} cannot both be read; name two PEM files that this user may read`,
      {},
      error,
    );
  }
}
