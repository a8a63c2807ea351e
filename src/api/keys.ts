import { hash } from 'node:crypto';
import type { ApiKey, Scope } from '../core/model/api-key.ts';
import { OperatorError } from '../kernel/app-error.ts';
import { formatInstant, type Instant } from '../kernel/clock.ts';
import { type Actor, asId, type NewId } from '../kernel/ids.ts';

export interface KeyOrder {
  /** A person's or a system's name: the actor on everything that the key does. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  /** Undefined where it has no end. */
  readonly expiresAt: Instant | undefined;
  readonly newId: NewId;
  /** Fresh random bytes. */
  readonly random: (length: number) => Uint8Array;
}

export interface NewKey {
  /** Shown once and stored nowhere. */
  readonly plain: string;
  readonly apiKey: ApiKey;
}

const KEY_BYTES = 32;
/** `system:` is how the gateway names its own jobs. */
const NAME = /^(?!system:|anonymous$)[\p{L}\p{N}][\p{L}\p{N} ._@:-]{0,63}$/u;

/** Makes a key; throws an OperatorError where the name, the scopes or the end cannot be. */
export function createKey({ name, scopes, createdAt, expiresAt, newId, random }: KeyOrder): NewKey {
  if (!NAME.test(name))
    throw new OperatorError(
      'bad-request',
      `"${name}" cannot name a key: use 1 to 64 letters, digits, blanks and . _ @ : -, not beginning with system:`,
    );
  if (scopes.length === 0) throw new OperatorError('bad-request', 'a key needs at least one scope');
  if (expiresAt !== undefined && expiresAt <= createdAt)
    throw new OperatorError(
      'bad-request',
      `a key that expires at ${formatInstant(expiresAt)} has expired already: name an instant to come`,
    );
  const plain = `fk_${Buffer.from(random(KEY_BYTES)).toString('base64url')}`;
  return { plain, apiKey: { id: newId('key'), name: asId<Actor>(name), hash: hashKey(plain), scopes, createdAt, expiresAt } };
}

/** What is stored of a key: its SHA-256 in hex. A key is 256 random bits, so it needs no salt and no slow hash. */
export function hashKey(plain: string): string {
  return hash('sha256', plain);
}
