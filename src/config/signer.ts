import { dirname, resolve } from 'node:path';
import { isLoopback } from './listen-address.ts';
import type { Wrong } from './read-yaml.ts';
import type { ConfigFile } from './schema.ts';

/** Who seals for meters with an ESAM: the double with its test keys, or an encryption machine. */
export type SignerConfig =
  | { readonly kind: 'software' }
  | {
      readonly kind: 'http';
      /** Ends in a slash: its paths begin behind it. */
      readonly url: URL;
      /** PEM of the authority behind the machine's certificate. */
      readonly caFile: string | undefined;
      readonly timeoutMs: number;
    };

export function signerOf({ signer }: Pick<ConfigFile, 'signer'>, file: string, wrong: Wrong): SignerConfig {
  const { kind, url: text, caFile, timeoutMs } = signer;
  if (kind === 'software') {
    if (text !== undefined) throw wrong('signer.url', text, 'kind: http beside it; the software signer has no address');
    return { kind };
  }
  const url = text === undefined ? null : URL.parse(text.endsWith('/') ? text : `${text}/`);
  if (url === null) throw wrong('signer.url', text, 'the address of the encryption machine, as https://machine.example:8443/feikong/');
  if (url.username !== '' || url.password !== '')
    throw wrong('signer.url', 'an address with a password', 'one without: the secret comes from FEIKONG_SIGNER_SECRET');
  const isTls = url.protocol === 'https:';
  if (!isTls && !(url.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[(.*)\]$/, '$1'))))
    throw wrong('signer.url', text, 'https, or http on a loopback address: what is sealed must not cross a network in clear');
  return { kind, url, caFile: caFile === undefined ? undefined : resolve(dirname(file), caFile), timeoutMs };
}
