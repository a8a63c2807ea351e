import type { Instant } from '../../kernel/clock.ts';
import type { Actor, KeyId } from '../../kernel/ids.ts';

export const SCOPES = [
  'meters:read',
  'reads:run',
  'lines:scan',
  'accounts:read',
  'archive:read',
  'archive:write',
  'personal:read',
  'supply:write',
  'payments:write',
  'ledger:write',
  'runs:approve',
  'marks:write',
  'relay:trip',
  'relay:restore',
  'recharges:write',
  'events:read',
  'metrics:read',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** A key belongs to a named person or system; only its SHA-256 is stored. `admin` holds every scope. */
export interface ApiKey {
  readonly id: KeyId;
  readonly name: Actor;
  readonly hash: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  /** From then on it opens nothing; undefined where it has no end. */
  readonly expiresAt: Instant | undefined;
}
