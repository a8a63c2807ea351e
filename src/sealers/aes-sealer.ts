/**
 * AES-256-GCM with keys from `FEIKONG_SEAL_KEY`: 32 bytes as 64 hex digits or base64, several separated by commas. The first seals,
 * the others still open what they sealed, so that keys can be rotated.
 *
 * A key's id is the head of its SHA-256, stored beside each text. From each key two are derived, one that encrypts and one that makes
 * the hashes for searching. The subject is authenticated with the text: moved to another customer it does not open.
 *
 *   sealed = base64url( nonce 12 bytes | tag 16 bytes | cipher text )
 *
 * @source NIST SP 800-38D (GCM, 96-bit random nonces); RFC 5869 (HKDF)
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { Sealed } from '../core/model/archive.ts';
import type { Sealer } from '../core/ports/sealer.ts';
import { OperatorError } from '../kernel/app-error.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

interface SealKey {
  readonly id: string;
  readonly encrypting: KeyObject;
  readonly hashing: KeyObject;
}

/**
 * @param text of `FEIKONG_SEAL_KEY`
 * @returns undefined where none is set
 * @errors seal-key-invalid as an OperatorError: one sentence, without the key
 */
export function createSealer(text: string | undefined): Sealer | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const keys = text.split(',').map((one) => keyOf(one.trim()));
  const byId = new Map(keys.map((key) => [key.id, key]));
  const [current] = keys;
  if (current === undefined) return undefined;
  return {
    seal: (plain, subject) => sealWith(current, plain, subject),
    open(sealed, subject) {
      const key = byId.get(sealed.keyId);
      return key && openWith(key, sealed, subject);
    },
    matches(sealed, plain) {
      const key = byId.get(sealed.keyId);
      return key !== undefined && hashWith(key, plain) === sealed.hash;
    },
    hashesOf: (plain) => keys.map((key) => hashWith(key, plain)),
  };
}

function keyOf(text: string): SealKey {
  const bytes = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (bytes.length !== KEY_BYTES)
    throw new OperatorError(
      'seal-key-invalid',
      'FEIKONG_SEAL_KEY holds a key that is not 32 bytes as 64 hex digits or base64; make one with: openssl rand -hex 32',
    );
  const derived = (purpose: string) => createSecretKey(new Uint8Array(hkdfSync('sha256', bytes, '', `feikong ${purpose}`, KEY_BYTES)));
  const id = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return { id, encrypting: derived('seal'), hashing: derived('search') };
}

function sealWith(key: SealKey, plain: string, subject: string): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key.encrypting, nonce).setAAD(Buffer.from(subject, 'utf8'));
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return { keyId: key.id, hash: hashWith(key, plain), sealed: Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url') };
}

function openWith(key: SealKey, { sealed }: Sealed, subject: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key.encrypting, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(subject, 'utf8'))
    .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    // The tag does not fit: another key, another subject, or a changed text. Node says so by an error only.
    return undefined;
  }
}

const hashWith = ({ hashing }: SealKey, plain: string): string =>
  createHmac('sha256', hashing).update(plain, 'utf8').digest('hex').slice(0, 32);
