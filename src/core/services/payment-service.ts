import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { AccountId, Actor, NewId } from '../../kernel/ids.ts';
import { createLanes } from '../../kernel/lanes.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { formatMoney, type Money } from '../../kernel/units.ts';
import { usableOf } from '../ledger/buckets.ts';
import { paymentEntry } from '../ledger/entries.ts';
import type { Fact } from '../model/fact.ts';
import { customerAccount } from '../model/journal.ts';
import type { Payment, StoredPayment } from '../model/payment.ts';
import type { PaymentGround } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { commitDecided } from './decided-commit.ts';
import type { Decided, Decisions } from './decisions.ts';
import { createKeyGate, type KeyError, type Once } from './idempotency.ts';
import type { Situations } from './situations.ts';

/** A payment as a channel reports it: whole fen, and the channel's own serial and date. */
export interface PaymentOrder {
  readonly accountId: AccountId;
  readonly amount: Money;
  readonly channel: string;
  readonly channelSerial: string;
  readonly channelDate: string;
  readonly idempotencyKey: string;
  readonly actor: Actor;
}

export type PaymentError = KeyError | { readonly code: 'not-found' | 'no-space' | 'overloaded' };
type PaymentResult = Result<Once<StoredPayment>, PaymentError>;

export interface PaymentService {
  /** Posts money once, for ever; the restore that it sets off, and the trips that it voids, are committed with it. */
  post(order: PaymentOrder): Promise<PaymentResult>;
}

export interface PaymentDeps {
  readonly store: Store;
  readonly situations: Situations;
  readonly decisions: Decisions;
  readonly clock: Clock;
  readonly newId: NewId;
}

/**
 * Of one account: a company that pays for thousands of flats at once makes no other customer wait. What runs at a time is what a turn
 * of the store takes in some 2 ms; the others of that account stand behind it.
 */
const LANE = { running: 20, waiting: 20_000 };

export function createPaymentService(deps: PaymentDeps): PaymentService {
  const gate = createKeyGate();
  const lanes = createLanes(LANE);
  return { post: (order) => gate(order.idempotencyKey, () => lanes(order.accountId, () => postOnce(deps, order))) };
}

async function postOnce(deps: PaymentDeps, order: PaymentOrder): Promise<PaymentResult> {
  const ground = await deps.store.read('paymentGround', order);
  return earlierOf(ground, order) ?? write(deps, order, ground);
}

/** What the same key, or the same serial of the same channel and date, did before. */
function earlierOf({ keyed, ofSerial }: PaymentGround, order: PaymentOrder): PaymentResult | undefined {
  const payment = keyed === undefined ? ofSerial : keyed.payment;
  if (payment === undefined) return keyed === undefined ? undefined : err({ code: 'idempotency-mismatch' });
  return fingerprintOf(payment) === fingerprintOf(order) ? ok({ value: payment, replayed: true }) : err({ code: 'idempotency-mismatch' });
}

async function write(deps: PaymentDeps, order: PaymentOrder, { account }: PaymentGround): Promise<PaymentResult> {
  const { store, situations } = deps;
  if (account === undefined) return err({ code: 'not-found' });
  let payment = paymentOf(deps, order, undefined);
  const outcome = await commitDecided(deps, {
    // Money for a place that is no longer configured is money all the same; nothing is decided for it.
    meterPointId: account.meterPointId !== undefined && situations.knows(account.meterPointId) ? account.meterPointId : undefined,
    usable: ({ balance, funds }) => usableOf(order.amount, balance, funds),
    facts(decided) {
      payment = paymentOf(deps, order, decided);
      return moneyFacts(order, payment);
    },
  });
  switch (outcome.status) {
    case 'committed':
      return ok({ value: { ...payment, balanceAfter: await balanceAfter(store, outcome.balances, order.accountId) }, replayed: false });
    case 'conflict':
      throw new AppError('invariant-violated', 'a payment met a limit', { accountId: order.accountId, subject: outcome.subject });
    case 'refused':
      return err({ code: outcome.code });
    case 'duplicate':
      return earlierOf(await store.read('paymentGround', order), order) ?? err({ code: 'idempotency-mismatch' });
  }
}

function paymentOf({ newId, clock }: PaymentDeps, { idempotencyKey: _, ...order }: PaymentOrder, decided: Decided | undefined): Payment {
  const restoreCommandId = decided?.decision.act === 'restore' ? decided.commandId : undefined;
  return { ...order, id: newId('pay'), entryId: newId('ent'), state: 'posted', receivedAt: clock.now(), restoreCommandId };
}

function moneyFacts(order: PaymentOrder, payment: Payment): readonly Fact[] {
  const stamp = { id: payment.entryId, at: payment.receivedAt, actor: payment.actor };
  return [
    {
      kind: 'idempotencyKey',
      key: order.idempotencyKey,
      fingerprint: fingerprintOf(order),
      resource: `payment:${payment.id}`,
      at: payment.receivedAt,
    },
    { kind: 'entry', entry: paymentEntry(stamp, order) },
    { kind: 'payment', payment },
  ];
}

/** All of it may have gone to debts: then own money is what it was. */
async function balanceAfter(store: Store, balances: ReadonlyMap<string, Money>, accountId: AccountId): Promise<Money> {
  const account = customerAccount(accountId);
  return balances.get(account) ?? (await store.read('ledgerBalance', { account }));
}

type Content = Pick<PaymentOrder, 'accountId' | 'amount' | 'channel' | 'channelSerial' | 'channelDate'>;
const fingerprintOf = ({ accountId, amount, channel, channelSerial, channelDate }: Content): string =>
  JSON.stringify([accountId, formatMoney(amount), channel, channelSerial, channelDate]);
