/** Money that is no payment: in suspense until somebody is found for it, booked again after a reversal, taken as a security, given as credit. */
import type { AccountId, Actor, EntryId } from '../../kernel/ids.ts';
import { err, type Result } from '../../kernel/result.ts';
import { formatMoney, type Money, NO_MONEY } from '../../kernel/units.ts';
import { usableOf } from '../ledger/buckets.ts';
import { creditedEntry, givenBack, guaranteeEntry, leftInSuspense, moveEntry, suspenseEntry } from '../ledger/entries.ts';
import type { CreditTerms } from '../model/funds.ts';
import { customerAccount, guaranteeAccount, PROMOTION_GRANTED_ACCOUNT, promotionAccount } from '../model/journal.ts';
import { createKeyGate, type Once } from './idempotency.ts';
import { type PostedError, type PostedOnceDeps, type PostedOrder, postedBefore, postOnce } from './posted-once.ts';

interface Asked {
  readonly idempotencyKey: string;
  readonly actor: Actor;
  /** Why, for the entry. */
  readonly reason: string;
}
interface Channelled extends Asked {
  readonly amount: Money;
  readonly channel: string;
  readonly channelSerial: string;
  readonly channelDate: string;
}

/** Money that lies somewhere by an entry, and whose it is. */
interface Owned extends Asked {
  readonly entryId: EntryId;
  readonly accountId: AccountId;
}

export type CreditError = PostedError | { readonly code: 'suspense-ended' | 'already-rebooked' };
type Outcome = Promise<Result<Once<EntryId>, CreditError>>;

export interface CreditService {
  /** Takes in money that nobody could be found for. */
  suspend(order: Channelled): Outcome;
  /** Credits it like a payment to whom it belongs to, once. */
  assign(order: Owned): Outcome;
  /** Credits what a reversal gave back to a channel, and the channel still has, to whom it belongs to, once: its serial is not used again. */
  rebook(order: Owned): Outcome;
  takeGuarantee(order: Channelled & { readonly accountId: AccountId }): Outcome;
  /** Gives a security back as own money; no more than is there. */
  releaseGuarantee(order: Asked & { readonly accountId: AccountId; readonly amount: Money }): Outcome;
  grantPromotion(order: Asked & { readonly accountId: AccountId; readonly amount: Money }): Outcome;
  /** Says how far emergency credit goes and which share of payments repays debts; a higher limit restores supply like a payment. */
  agree(
    terms: CreditTerms,
    actor: Actor,
    reason: string,
  ): Promise<Result<CreditTerms, { readonly code: 'not-found' | 'no-space' | 'overloaded' | 'conflict' }>>;
}

export function createCreditService(deps: PostedOnceDeps): CreditService {
  const gate = createKeyGate();
  /** @param refused why it cannot be, where the same key did not do it before */
  const once = (order: PostedOrder, refused?: CreditError): Outcome =>
    gate(order.idempotencyKey, async (): Outcome => {
      const before = await postedBefore(deps.store, order.idempotencyKey, order.fingerprint);
      return before ?? (refused === undefined ? postOnce(deps, order) : err(refused));
    });
  const credit = async (
    kind: 'assignment' | 'rebooking',
    order: Owned,
    leftBy: typeof leftInSuspense,
    ended: 'suspense-ended' | 'already-rebooked',
  ): Outcome => {
    const found = await deps.store.read('entry', { entryId: order.entryId });
    const left = found && leftBy(found.entry);
    if (left === undefined) return err({ code: 'not-found' });
    const { entryId: from, accountId, reason: memo } = order;
    return once(
      {
        ...order,
        fingerprint: printOf(kind, order),
        usable: ({ balance, funds }) => usableOf(left.amount, balance, funds),
        entry: (stamp) => creditedEntry(stamp, kind, { from, left, accountId, memo }),
      },
      found !== undefined && found.undone > NO_MONEY ? { code: ended } : undefined,
    );
  };
  return {
    suspend: (order) =>
      once({
        ...order,
        fingerprint: printOf('suspense', order),
        accountId: undefined,
        usable: () => NO_MONEY,
        entry: (stamp) => suspenseEntry(stamp, { ...order, memo: order.reason }),
      }),
    assign: (order) => credit('assignment', order, leftInSuspense, 'suspense-ended'),
    rebook: (order) => credit('rebooking', order, givenBack, 'already-rebooked'),
    takeGuarantee: (order) =>
      once({
        ...order,
        fingerprint: printOf('guarantee', order),
        usable: () => NO_MONEY,
        entry: (stamp) => guaranteeEntry(stamp, { ...order, memo: order.reason }),
      }),
    releaseGuarantee: (order) =>
      once({
        ...order,
        fingerprint: printOf('release', order),
        usable: () => order.amount,
        entry: (stamp) =>
          moveEntry(stamp, 'release', {
            key: order.idempotencyKey,
            from: guaranteeAccount(order.accountId),
            to: customerAccount(order.accountId),
            amount: order.amount,
            memo: order.reason,
          }),
      }),
    grantPromotion: (order) =>
      once({
        ...order,
        fingerprint: printOf('promotion', order),
        usable: () => order.amount,
        entry: (stamp) =>
          moveEntry(stamp, 'promotion', {
            key: order.idempotencyKey,
            from: PROMOTION_GRANTED_ACCOUNT,
            to: promotionAccount(order.accountId),
            amount: order.amount,
            memo: order.reason,
          }),
      }),
    agree: (terms, actor, reason) => agree(deps, terms, actor, reason),
  };
}

async function agree(
  { store, situations, decisions, clock }: PostedOnceDeps,
  terms: CreditTerms,
  actor: Actor,
  reason: string,
): ReturnType<CreditService['agree']> {
  const account = await store.read('account', { accountId: terms.accountId });
  if (account === undefined) return err({ code: 'not-found' });
  const outcome = await store.commit({ facts: [{ kind: 'creditTerms', terms, at: clock.now(), actor, reason }] });
  if (outcome.status !== 'committed') return err({ code: outcome.status === 'refused' ? outcome.code : 'conflict' });
  const { meterPointId } = account;
  if (meterPointId !== undefined && situations.knows(meterPointId))
    await decisions.commit(meterPointId, () => ({ facts: [], overlay: {} }));
  return { ok: true, value: terms };
}

const printOf = (what: string, { idempotencyKey: _, actor: __, ...content }: Asked & object): string =>
  JSON.stringify([what, content], (___, value: unknown) => (typeof value === 'bigint' ? formatMoney(value as Money) : value));
