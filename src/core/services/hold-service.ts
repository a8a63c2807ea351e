import { type Clock, type Instant, plusMs } from '../../kernel/clock.ts';
import { type AccountId, type Actor, asId, type HoldId, type NewId } from '../../kernel/ids.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { formatMoney, type Money } from '../../kernel/units.ts';
import { type EntryStamp, payoutEntry } from '../ledger/entries.ts';
import type { Fact } from '../model/fact.ts';
import type { Hold, HoldEnd } from '../model/payment.ts';
import type { CommitOutcome, Store } from '../ports/store.ts';
import type { Decisions } from './decisions.ts';
import { createKeyGate, type KeyError, type Once } from './idempotency.ts';
import type { Situations } from './situations.ts';

/** Money to set aside: whole fen, above zero, no more than is left of own money. */
export interface HoldOrder {
  readonly accountId: AccountId;
  readonly amount: Money;
  /** Absent: a day from now. */
  readonly expiresAt: Instant | undefined;
  readonly reason: string;
  readonly idempotencyKey: string;
  readonly actor: Actor;
}

export interface VoidOrder {
  readonly holdId: HoldId;
  readonly idempotencyKey: string;
  readonly actor: Actor;
}

/** Money that has left through a channel, with the channel's own serial and date. */
export interface PayoutOrder {
  readonly holdId: HoldId;
  readonly channel: string;
  readonly channelSerial: string;
  readonly channelDate: string;
  readonly idempotencyKey: string;
  readonly actor: Actor;
}

export type HoldError =
  | KeyError
  | { readonly code: 'not-found' | 'insufficient-funds' | 'hold-ended' | 'command-expired' | 'no-space' | 'overloaded' | 'conflict' };
type Outcome<T> = Promise<Result<T, HoldError>>;

/** Money set aside is not available to anybody else, and ends once: paid out, given back, or expired. */
export interface HoldService {
  place(order: HoldOrder): Outcome<Once<Hold>>;
  /** Gives it back; supply that waits for it is restored with the same commit. */
  void(order: VoidOrder): Outcome<Once<Hold>>;
  /** Posts it as money paid out; the channel's serial is taken once, for ever. */
  payOut(order: PayoutOrder): Outcome<Once<Hold>>;
  /** Gives back what nobody came for in time; returns how many. */
  expireDue(): Promise<number>;
}

export interface HoldDeps {
  readonly store: Store;
  readonly situations: Pick<Situations, 'knows'>;
  readonly decisions: Pick<Decisions, 'commit'>;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** A figure of our own: whoever sets money aside for longer says so. */
const LIFETIME_MS = 86_400_000;
const EXPIRED_AT_ONCE = 100;
const EXPIRY = asId<Actor>('system:hold-expiry');

export function createHoldService(deps: HoldDeps): HoldService {
  const gate = createKeyGate();
  return {
    place: (order) =>
      gate(order.idempotencyKey, async () => (await findEarlier(deps.store, order.idempotencyKey, holdPrint(order))) ?? place(deps, order)),
    void: (order) =>
      gate(
        order.idempotencyKey,
        async () => (await findEarlier(deps.store, order.idempotencyKey, voidPrint(order))) ?? voidHold(deps, order),
      ),
    payOut: (order) =>
      gate(
        order.idempotencyKey,
        async () => (await findEarlier(deps.store, order.idempotencyKey, payoutPrint(order))) ?? payOut(deps, order),
      ),
    async expireDue() {
      const due = await deps.store.read('dueHolds', { now: deps.clock.now(), limit: EXPIRED_AT_ONCE });
      const ended = await Promise.all(due.map((hold) => giveBack(deps, hold, 'expired', EXPIRY)));
      return ended.filter((outcome) => outcome.ok).length;
    },
  };
}

/** What the same key did before: the hold as it is now. */
async function findEarlier(store: Store, key: string, fingerprint: string): Promise<Result<Once<Hold>, HoldError> | undefined> {
  const known = await store.read('idempotencyKey', { key });
  if (known === undefined) return undefined;
  const hold = await store.read('hold', { holdId: asId<HoldId>(known.resource.replace(/^hold:/, '')) });
  const isSame = hold !== undefined && known.fingerprint === fingerprint;
  return isSame ? ok({ value: hold, replayed: true }) : err({ code: 'idempotency-mismatch' });
}

async function place({ store, clock, newId }: HoldDeps, order: HoldOrder): Outcome<Once<Hold>> {
  const { accountId, amount, reason, idempotencyKey, actor } = order;
  const placedAt = clock.now();
  const expiresAt = order.expiresAt ?? plusMs(placedAt, LIFETIME_MS);
  if (expiresAt <= placedAt) return err({ code: 'command-expired' });
  if ((await store.read('account', { accountId })) === undefined) return err({ code: 'not-found' });
  const hold: Hold = { id: newId('hld'), accountId, amount, placedAt, expiresAt, reason, state: 'placed' };
  const outcome = await store.commit({
    facts: [
      { kind: 'idempotencyKey', key: idempotencyKey, fingerprint: holdPrint(order), resource: `hold:${hold.id}`, at: placedAt },
      { kind: 'hold', hold, actor },
    ],
  });
  if (outcome.status === 'committed') return ok({ value: hold, replayed: false });
  if (outcome.status === 'duplicate')
    return (await findEarlier(store, idempotencyKey, holdPrint(order))) ?? err({ code: 'idempotency-mismatch' });
  return err({ code: outcome.status === 'refused' ? outcome.code : 'insufficient-funds' });
}

async function placed(store: Store, holdId: HoldId): Outcome<Hold> {
  const hold = await store.read('hold', { holdId });
  if (hold === undefined) return err({ code: 'not-found' });
  return hold.state === 'placed' ? ok(hold) : err({ code: 'hold-ended' });
}

async function voidHold(deps: HoldDeps, order: VoidOrder): Outcome<Once<Hold>> {
  const { holdId, idempotencyKey, actor } = order;
  const hold = await placed(deps.store, holdId);
  if (!hold.ok) return hold;
  const key = {
    kind: 'idempotencyKey',
    key: idempotencyKey,
    fingerprint: voidPrint(order),
    resource: `hold:${holdId}`,
    at: deps.clock.now(),
  } as const;
  const outcome = await giveBack(deps, hold.value, 'voided', actor, [key]);
  return outcome.ok ? ok({ value: outcome.value, replayed: false }) : outcome;
}

/** What is available again is credit like any other: where it pays up, the restore is decided in the same commit. */
async function giveBack(deps: HoldDeps, hold: Hold, state: 'voided' | 'expired', actor: Actor, more: readonly Fact[] = []): Outcome<Hold> {
  const { store, situations, decisions, clock } = deps;
  const fact: Fact = { kind: 'holdEnded', holdId: hold.id, end: { state }, at: clock.now(), actor };
  const account = await store.read('account', { accountId: hold.accountId });
  const meterPointId = account?.meterPointId;
  const facts = [...more, fact];
  if (meterPointId === undefined || !situations.knows(meterPointId)) return ended(hold, { state }, await store.commit({ facts }));
  const isStored = await decisions.commit(meterPointId, () => ({ facts, overlay: { credit: hold.amount } }));
  if (isStored) return ok({ ...hold, state });
  const now = await placed(store, hold.id);
  return now.ok ? err({ code: 'conflict' }) : now;
}

async function payOut({ store, clock, newId }: HoldDeps, order: PayoutOrder): Outcome<Once<Hold>> {
  const { holdId, actor, idempotencyKey, channel, channelSerial, channelDate } = order;
  const hold = await placed(store, holdId);
  if (!hold.ok) return hold;
  if (hold.value.expiresAt <= clock.now()) return err({ code: 'hold-ended' });
  const { accountId, amount, reason } = hold.value;
  const stamp: EntryStamp = { id: newId('ent'), at: clock.now(), actor };
  const end: HoldEnd = { state: 'posted', entryId: stamp.id };
  const entry = payoutEntry(stamp, { accountId, amount, channel, channelSerial, channelDate, memo: `${holdId}: ${reason}` });
  const outcome = await store.commit({
    facts: [
      { kind: 'idempotencyKey', key: idempotencyKey, fingerprint: payoutPrint(order), resource: `hold:${holdId}`, at: stamp.at },
      { kind: 'entry', entry },
      { kind: 'holdEnded', holdId, end, at: stamp.at, actor },
    ],
  });
  const paid = ended(hold.value, end, outcome);
  return paid.ok ? ok({ value: paid.value, replayed: false }) : paid;
}

function ended(hold: Hold, { state }: HoldEnd, outcome: CommitOutcome): Result<Hold, HoldError> {
  switch (outcome.status) {
    case 'committed':
      return ok({ ...hold, state });
    case 'conflict':
      return err({ code: 'hold-ended' });
    case 'duplicate':
      return err({ code: 'idempotency-mismatch' });
    case 'refused':
      return err({ code: outcome.code });
  }
}

const holdPrint = ({ accountId, amount, expiresAt, reason }: HoldOrder): string =>
  JSON.stringify(['hold', accountId, formatMoney(amount), expiresAt, reason]);
const voidPrint = ({ holdId }: VoidOrder): string => JSON.stringify(['void', holdId]);
const payoutPrint = ({ holdId, channel, channelSerial, channelDate }: PayoutOrder): string =>
  JSON.stringify(['payout', holdId, channel, channelSerial, channelDate]);
