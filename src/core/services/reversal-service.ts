import { type Clock, plusMs } from '../../kernel/clock.ts';
import { type AccountId, type Actor, asId, type EntryId, type NewId, type ReversalId } from '../../kernel/ids.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { addMoney, formatMoney, type Money, money, NO_MONEY, negateMoney, subtractMoney } from '../../kernel/units.ts';
import { ownerOf } from '../ledger/chart.ts';
import { type EntryStamp, moveEntry, partialReversalEntry, reversalEntry, totalOf } from '../ledger/entries.ts';
import type { Fact } from '../model/fact.ts';
import type { EntryKind, JournalEntry } from '../model/journal.ts';
import { customerAccount, isCustomer, lateFeeAccount } from '../model/journal.ts';
import type { Reversal, UndoneSoFar } from '../model/reversal.ts';
import type { Store } from '../ports/store.ts';
import { createKeyGate, type Once } from './idempotency.ts';
import { type PostedError, type PostedOnceDeps, postedBefore, postOnce } from './posted-once.ts';

export interface ReversalOrder {
  readonly entryId: EntryId;
  /** A part of money that came in, in whole fen; undefined for all of an entry. */
  readonly amount: Money | undefined;
  readonly reason: string;
  readonly idempotencyKey: string;
  readonly actor: Actor;
}

export interface ApprovalOrder {
  readonly reversalId: ReversalId;
  readonly idempotencyKey: string;
  readonly actor: Actor;
}

export type ReversalError =
  | PostedError
  | { readonly code: 'self-approval' | 'reversal-ended' }
  | { readonly code: 'not-reversible' | 'already-reversed'; readonly detail: string };
type Outcome<T> = Promise<Result<T, ReversalError>>;

/** A mistake is undone by two persons: one asks, another approves, and that posts it. */
export interface ReversalService {
  ask(order: ReversalOrder): Outcome<Once<Reversal>>;
  approve(order: ApprovalOrder): Outcome<Once<Reversal>>;
  reject(reversalId: ReversalId, actor: Actor): Outcome<Reversal>;
  /** Ends what nobody approved in time; returns how many. */
  expireDue(): Promise<number>;
}

/** How long what one person asks may wait for another: a figure of our own. */
const LIFETIME_MS = 86_400_000;
const AT_ONCE = 100;
const EXPIRY = asId<Actor>('system:reversal-expiry');

/** A charge is put right where it comes from, a reversal by another entry of what it undid. */
const REVERSIBLE: ReadonlySet<EntryKind> = new Set([
  'payment',
  'payout',
  'suspense',
  'assignment',
  'rebooking',
  'guarantee',
  'release',
  'promotion',
  'late-fee',
]);
/** Money that came in may have come in too much. */
const DIVISIBLE: ReadonlySet<EntryKind> = new Set(['payment', 'assignment', 'rebooking', 'guarantee', 'promotion', 'late-fee']);

export function createReversalService(deps: PostedOnceDeps): ReversalService {
  const gate = createKeyGate();
  return {
    ask: (order) => gate(order.idempotencyKey, () => ask(deps, order)),
    approve: (order) => gate(order.idempotencyKey, () => approve(deps, order)),
    async reject(reversalId, actor) {
      const reversal = await pending(deps, reversalId);
      return reversal.ok ? end(deps, reversal.value, 'rejected', actor) : reversal;
    },
    async expireDue() {
      const due = await deps.store.read('dueReversals', { now: deps.clock.now(), limit: AT_ONCE });
      const ended = await Promise.all(due.map((reversal) => end(deps, reversal, 'expired', EXPIRY)));
      return ended.filter((outcome) => outcome.ok).length;
    },
  };
}

async function ask({ store, clock, newId }: PostedOnceDeps, order: ReversalOrder): Outcome<Once<Reversal>> {
  const { entryId, amount, reason, idempotencyKey: key, actor } = order;
  const fingerprint = JSON.stringify(['reversal', entryId, amount === undefined ? null : formatMoney(amount), reason]);
  const known = await store.read('idempotencyKey', { key });
  if (known !== undefined) {
    const reversal = await store.read('reversal', { reversalId: asId(known.resource.replace(/^reversal:/, '')) });
    return reversal !== undefined && known.fingerprint === fingerprint
      ? ok({ value: reversal, replayed: true })
      : err({ code: 'idempotency-mismatch' });
  }
  const found = await store.read('entry', { entryId });
  if (found === undefined) return err({ code: 'not-found' });
  const refused = whyNot(found, amount);
  if (refused !== undefined) return err(refused);
  const askedAt = clock.now();
  const accountId = accountOf(found.entry);
  const reversal: Reversal = {
    ...{ id: newId<ReversalId>('rev'), entryId, accountId, amount, reason, askedAt, askedBy: actor },
    expiresAt: plusMs(askedAt, LIFETIME_MS),
    state: 'pending',
  };
  const outcome = await store.commit({
    facts: [
      { kind: 'idempotencyKey', key, fingerprint, resource: `reversal:${reversal.id}`, at: askedAt },
      { kind: 'reversalAsked', reversal },
    ],
  });
  if (outcome.status === 'committed') return ok({ value: reversal, replayed: false });
  return err({ code: outcome.status === 'refused' ? outcome.code : 'idempotency-mismatch' });
}

type Found = { readonly entry: JournalEntry } & UndoneSoFar;

function whyNot({ entry, undone, parts }: Found, amount: Money | undefined): Extract<ReversalError, { detail: string }> | undefined {
  const { kind } = entry;
  if (kind === 'reversal') return { code: 'not-reversible', detail: 'A reversal is not reversed: book again or assign what it gave back' };
  if (!REVERSIBLE.has(kind)) return { code: 'not-reversible', detail: `A ${kind} is not reversed: correct what it was made from` };
  const left = subtractMoney(totalOf(entry), undone);
  if (amount === undefined && parts > 0)
    return {
      code: 'already-reversed',
      detail: `Of the entry ${formatMoney(undone)} yuan are undone already; ${formatMoney(left)} are left: name an amount`,
    };
  if (amount === undefined) return undefined;
  if (!DIVISIBLE.has(kind)) return { code: 'not-reversible', detail: `A ${kind} is reversed whole: leave out the amount` };
  if (amount >= totalOf(entry)) return { code: 'not-reversible', detail: 'All of an entry is reversed without an amount' };
  if (amount > left) return { code: 'already-reversed', detail: `Of the entry ${formatMoney(left)} yuan are left` };
  return undefined;
}

/** Whose money it moved. */
function accountOf({ postings }: JournalEntry): AccountId | undefined {
  const owner = postings
    .map(({ account }) => (isCustomer(account) ? account.slice('customer:'.length) : ownerOf(account)))
    .find((id) => id !== undefined);
  return owner === undefined ? undefined : asId(owner);
}

async function approve(deps: PostedOnceDeps, order: ApprovalOrder): Outcome<Once<Reversal>> {
  const { store, clock } = deps;
  const { reversalId, idempotencyKey, actor } = order;
  const fingerprint = JSON.stringify(['approve', reversalId]);
  const before = await postedBefore(store, idempotencyKey, fingerprint);
  if (before !== undefined) {
    const reversal = before.ok ? await store.read('reversal', { reversalId }) : undefined;
    return reversal === undefined ? err({ code: 'idempotency-mismatch' }) : ok({ value: reversal, replayed: true });
  }
  const reversal = await pending(deps, reversalId);
  if (!reversal.ok) return reversal;
  if (reversal.value.askedBy === actor) return denied(deps, reversal.value, actor);
  if (reversal.value.expiresAt <= clock.now()) return err({ code: 'reversal-ended' });
  const found = await store.read('entry', { entryId: reversal.value.entryId });
  if (found === undefined) return err({ code: 'not-found' });
  const refused = whyNot(found, reversal.value.amount);
  if (refused !== undefined) return err(refused);
  const made = (stamp: EntryStamp): JournalEntry => undoing(stamp, found, reversal.value);
  const paidBack = await paidOfFee(store, found, reversal.value);
  const posted = await postOnce(deps, {
    idempotencyKey,
    fingerprint,
    actor,
    accountId: reversal.value.accountId,
    usable: () => addMoney(usableIn(made({ id: asId('none'), at: clock.now(), actor })), paidBack),
    first: () => feePaidBack({ id: deps.newId('ent'), at: clock.now(), actor }, reversal.value, paidBack),
    entry: made,
    more: ({ id, at }) => [{ kind: 'reversalEnded', reversalId, end: { state: 'posted', entryId: id }, at, actor }],
  });
  if (posted.ok) return ok({ value: { ...reversal.value, state: 'posted' }, replayed: false });
  // Another has approved it, or undone as much, in between.
  return err(posted.error.code === 'idempotency-mismatch' || posted.error.code === 'conflict' ? { code: 'reversal-ended' } : posted.error);
}

function undoing(stamp: EntryStamp, { entry, ...before }: Found, { amount, reason }: Reversal): JournalEntry {
  const undone = amount === undefined ? reversalEntry(stamp, entry) : partialReversalEntry(stamp, entry, amount, before);
  return { ...undone, memo: reason };
}

/** What of a late fee that is to be waived was paid: own money or a payment has settled it. */
async function paidOfFee({ read }: Pick<Store, 'read'>, { entry, undone }: Found, { accountId, amount }: Reversal): Promise<Money> {
  if (entry.kind !== 'late-fee' || accountId === undefined) return NO_MONEY;
  const owed = negateMoney(await read('ledgerBalance', { account: lateFeeAccount(accountId) }));
  const waived = amount ?? subtractMoney(totalOf(entry), undone);
  return waived > owed ? subtractMoney(waived, owed) : NO_MONEY;
}

/** It is own money again before the fee is taken back, since nothing is waived that is not owed. */
function feePaidBack(stamp: EntryStamp, { id, accountId }: Reversal, amount: Money): readonly Fact[] {
  if (accountId === undefined || amount === NO_MONEY) return [];
  const move = { key: id, from: lateFeeAccount(accountId), to: customerAccount(accountId), amount, memo: 'Late fee paid back' };
  return [{ kind: 'entry', entry: moveEntry(stamp, 'settlement', move) }];
}

/** What it moves of own money and of credit. */
const usableIn = ({ postings }: JournalEntry): Money =>
  money(
    postings.reduce(
      (sum, { account, amount }) => (/^(customer|promotion|emergency):/.test(account) ? sum + amount : sum),
      NO_MONEY as bigint,
    ),
  );

async function denied({ store, clock }: PostedOnceDeps, { id, entryId }: Reversal, actor: Actor): Outcome<never> {
  const detail = `asked for the reversal of ${entryId}, and may not approve it`;
  await store.commit({
    facts: [{ kind: 'audit', at: clock.now(), actor, action: 'reversal.approve', subject: `reversal:${id}`, outcome: 'denied', detail }],
  });
  return err({ code: 'self-approval' });
}

async function pending({ store }: Pick<PostedOnceDeps, 'store'>, reversalId: ReversalId): Outcome<Reversal> {
  const reversal = await store.read('reversal', { reversalId });
  if (reversal === undefined) return err({ code: 'not-found' });
  return reversal.state === 'pending' ? ok(reversal) : err({ code: 'reversal-ended' });
}

async function end(
  { store, clock }: { readonly store: PostedOnceDeps['store']; readonly clock: Clock; readonly newId: NewId },
  reversal: Reversal,
  state: 'rejected' | 'expired',
  actor: Actor,
): Outcome<Reversal> {
  const outcome = await store.commit({
    facts: [{ kind: 'reversalEnded', reversalId: reversal.id, end: { state }, at: clock.now(), actor }],
  });
  if (outcome.status === 'committed') return ok({ ...reversal, state });
  return err({ code: outcome.status === 'refused' ? outcome.code : 'reversal-ended' });
}
