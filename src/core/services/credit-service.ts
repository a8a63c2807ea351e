/** Money that is no payment: in suspense until somebody is found for it, taken as a security, given as credit. */
import type { AccountId, Actor, EntryId } from '../../kernel/ids.ts';
import { err, type Result } from '../../kernel/result.ts';
import { formatMoney, type Money, NO_MONEY } from '../../kernel/units.ts';
import { usableOf } from '../ledger/buckets.ts';
import { assignmentEntry, guaranteeEntry, moveEntry, suspenseEntry, totalOf } from '../ledger/entries.ts';
import type { CreditTerms } from '../model/funds.ts';
import {
  customerAccount,
  guaranteeAccount,
  type JournalEntry,
  PROMOTION_GRANTED_ACCOUNT,
  promotionAccount,
  SUSPENSE_ACCOUNT,
} from '../model/journal.ts';
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

export type CreditError = PostedError | { readonly code: 'suspense-ended' };
type Outcome = Promise<Result<Once<EntryId>, CreditError>>;

export interface CreditService {
  /** Takes in money that nobody could be found for. */
  suspend(order: Channelled): Outcome;
  /** Credits it like a payment to whom it belongs to, once. */
  assign(order: Asked & { readonly entryId: EntryId; readonly accountId: AccountId }): Outcome;
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
  return {
    suspend: (order) =>
      once({
        ...order,
        fingerprint: printOf('suspense', order),
        accountId: undefined,
        usable: () => NO_MONEY,
        entry: (stamp) => suspenseEntry(stamp, { ...order, memo: order.reason }),
      }),
    async assign(order) {
      const found = await deps.store.read('entry', { entryId: order.entryId });
      if (found === undefined || !isInSuspense(found.entry)) return err({ code: 'not-found' });
      return once(
        {
          ...order,
          fingerprint: printOf('assignment', order),
          usable: ({ balance, funds }) => usableOf(totalOf(found.entry), balance, funds),
          entry: (stamp) => assignmentEntry(stamp, found.entry, order.accountId, order.reason),
        },
        found.undone > NO_MONEY ? { code: 'suspense-ended' } : undefined,
      );
    },
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

/** What came in without an owner, or came back from a wrong one. */
const isInSuspense = ({ postings }: JournalEntry): boolean =>
  postings.some(({ account, amount }) => account === SUSPENSE_ACCOUNT && amount > 0n);

const printOf = (what: string, { idempotencyKey: _, actor: __, ...content }: Asked & object): string =>
  JSON.stringify([what, content], (___, value: unknown) => (typeof value === 'bigint' ? formatMoney(value as Money) : value));
