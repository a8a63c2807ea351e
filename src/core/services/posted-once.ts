/** Money that a person moves by a keyed request: one entry, once, and whatever is to be decided for the account in the same commit. */
import type { Clock } from '../../kernel/clock.ts';
import { type AccountId, type Actor, asId, type EntryId, type NewId } from '../../kernel/ids.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Money } from '../../kernel/units.ts';
import type { EntryStamp } from '../ledger/entries.ts';
import type { Fact } from '../model/fact.ts';
import type { JournalEntry } from '../model/journal.ts';
import type { AccountView } from '../ports/queries.ts';
import type { CommitOutcome, Store } from '../ports/store.ts';
import { commitDecided, type DecidedDeps } from './decided-commit.ts';
import type { KeyError, Once } from './idempotency.ts';

export interface PostedOnceDeps extends DecidedDeps {
  readonly clock: Clock;
  readonly newId: NewId;
}

export type PostedError = KeyError | { readonly code: 'not-found' | 'insufficient-funds' | 'no-space' | 'overloaded' | 'conflict' };

export interface PostedOrder {
  readonly idempotencyKey: string;
  /** What the request says, so that the same key with other content is told from a repetition. */
  readonly fingerprint: string;
  readonly actor: Actor;
  /** Whose account is decided on anew; undefined where it is nobody's. */
  readonly accountId: AccountId | undefined;
  /** What can be used more, or less, after it. */
  readonly usable: (account: AccountView) => Money;
  readonly entry: (stamp: EntryStamp) => JournalEntry;
  /** What must be stored before the entry. */
  readonly first?: () => readonly Fact[];
  readonly more?: (stamp: EntryStamp) => readonly Fact[];
}

/** What the same key did before. */
export async function postedBefore(store: Store, key: string, fingerprint: string): Promise<Result<Once<EntryId>, KeyError> | undefined> {
  const known = await store.read('idempotencyKey', { key });
  if (known === undefined) return undefined;
  if (known.fingerprint !== fingerprint) return err({ code: 'idempotency-mismatch' });
  return ok({ value: asId<EntryId>(known.resource.replace(/^entry:/, '')), replayed: true });
}

export async function postOnce(deps: PostedOnceDeps, order: PostedOrder): Promise<Result<Once<EntryId>, PostedError>> {
  const { store, situations, clock, newId } = deps;
  const { accountId, idempotencyKey: key, fingerprint } = order;
  const stamp: EntryStamp = { id: newId('ent'), at: clock.now(), actor: order.actor };
  const account = accountId === undefined ? undefined : await store.read('account', { accountId });
  if (accountId !== undefined && account === undefined) return err({ code: 'not-found' });
  const meterPointId = account?.meterPointId;
  const outcome = await commitDecided(deps, {
    meterPointId: meterPointId !== undefined && situations.knows(meterPointId) ? meterPointId : undefined,
    usable: order.usable,
    facts: () => [
      { kind: 'idempotencyKey', key, fingerprint, resource: `entry:${stamp.id}`, at: stamp.at },
      ...(order.first?.() ?? []),
      { kind: 'entry', entry: order.entry(stamp) },
      ...(order.more?.(stamp) ?? []),
    ],
  });
  return outcome.status === 'committed' ? ok({ value: stamp.id, replayed: false }) : refusedBy(outcome);
}

function refusedBy(outcome: Exclude<CommitOutcome, { status: 'committed' }>): Result<never, PostedError> {
  switch (outcome.status) {
    case 'duplicate':
      return err({ code: 'idempotency-mismatch' });
    case 'refused':
      return err({ code: outcome.code });
    case 'conflict':
      return err({ code: outcome.subject.startsWith('funds:') ? 'insufficient-funds' : 'conflict' });
  }
}
