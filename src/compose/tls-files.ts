import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { OperatorError } from '../kernel/app-error.ts';

interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Reads the two PEM files of a listener, a certificate and its own key; `place` is what the configuration calls it. */
export function readTls(tls: TlsFiles | undefined, place: string) {
  if (tls === undefined) return undefined;
  const files = readBoth(tls, place);
  try {
    createSecureContext(files);
  } catch (error) {
    throw new OperatorError(
      'config-invalid',
      `${place}: its tls files are no certificate and key that fit; name a PEM certificate and its own key`,
      {},
      error,
    );
  }
  return files;
}

function readBoth({ certFile, keyFile }: TlsFiles, place: string) {
  try {
    return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
  } catch (error) {
    throw new OperatorError(
      'config-invalid',
      `${place}: ${certFile} and ${keyFile} cannot both be read; name two PEM files that this user may read`,
      {},
      error,
    );
  }
}
