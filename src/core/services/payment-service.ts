import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type AccountId, type Actor, asId, type MeterPointId, type NewId, type PaymentId } from '../../kernel/ids.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { formatMoney, type Money } from '../../kernel/units.ts';
import { paymentEntry } from '../ledger/entries.ts';
import type { Fact } from '../model/fact.ts';
import { customerAccount } from '../model/journal.ts';
import type { Payment, StoredPayment } from '../model/payment.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import type { Expectation, Store } from '../ports/store.ts';
import { CONFLICT_LIMIT, type Decided, type Decisions, expectationsOf } from './decisions.ts';
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

export function createPaymentService(deps: PaymentDeps): PaymentService {
  const gate = createKeyGate();
  return {
    post: (order) => gate(order.idempotencyKey, async () => (await findEarlier(deps.store, order)) ?? write(deps, order)),
  };
}

/** What the same key, or the same serial of the same channel and date, did before. */
async function findEarlier(store: Store, order: PaymentOrder): Promise<PaymentResult | undefined> {
  const known = await store.read('idempotencyKey', { key: order.idempotencyKey });
  const payment =
    known === undefined
      ? await store.read('paymentBySerial', order)
      : await store.read('payment', { paymentId: paymentIdOf(known.resource) });
  if (payment === undefined) return known === undefined ? undefined : err({ code: 'idempotency-mismatch' });
  return fingerprintOf(payment) === fingerprintOf(order) ? ok({ value: payment, replayed: true }) : err({ code: 'idempotency-mismatch' });
}

async function write(deps: PaymentDeps, order: PaymentOrder): Promise<PaymentResult> {
  const account = await deps.store.read('account', { accountId: order.accountId });
  if (account === undefined) return err({ code: 'not-found' });
  // Money for a place that is no longer configured is money all the same; nothing is decided for it.
  const meterPointId = account.meterPointId !== undefined && deps.situations.knows(account.meterPointId) ? account.meterPointId : undefined;
  for (let attempt = 0; attempt < CONFLICT_LIMIT; attempt++) {
    const result = await attemptToPost(deps, order, meterPointId);
    if (result !== 'conflict') return result;
  }
  // The money must not wait for a quiet moment: it is posted first and decided on afterwards.
  const result = await attemptToPost(deps, order, undefined);
  if (result === 'conflict')
    throw new AppError('invariant-violated', 'a posting without expectations met a conflict', { accountId: order.accountId });
  if (result.ok && meterPointId !== undefined) await deps.decisions.commit(meterPointId, () => ({ facts: [], overlay: {} }));
  return result;
}

async function attemptToPost(
  deps: PaymentDeps,
  order: PaymentOrder,
  meterPointId: MeterPointId | undefined,
): Promise<PaymentResult | 'conflict'> {
  const facts = meterPointId === undefined ? undefined : await deps.situations.load(meterPointId);
  const decided = facts === undefined ? undefined : deps.decisions.decide(facts, { credit: order.amount });
  const payment = paymentOf(deps, order, decided);
  const outcome = await deps.store.commit({
    facts: [...moneyFacts(order, payment), ...(decided?.facts ?? [])],
    ...(facts === undefined || decided === undefined ? {} : { expect: restsOn(facts, decided) }),
  });
  switch (outcome.status) {
    case 'committed':
      return ok({ value: { ...payment, balanceAfter: balanceAfter(outcome.balances, order.accountId) }, replayed: false });
    case 'conflict':
      return 'conflict';
    case 'refused':
      return err({ code: outcome.code });
    case 'duplicate':
      return (await findEarlier(deps.store, order)) ?? err({ code: 'idempotency-mismatch' });
  }
}

/** That nothing is to be done rests on the meter's commands as well: a trip that leaves meanwhile must find its restore. */
function restsOn(facts: MeterPointFacts, { acts }: Decided): readonly Expectation[] {
  return acts ? expectationsOf(facts, true) : facts.versions.filter(({ subject }) => subject === `meter:${facts.meter.id}`);
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

function balanceAfter(balances: ReadonlyMap<string, Money>, accountId: AccountId): Money {
  const balance = balances.get(customerAccount(accountId));
  if (balance === undefined) throw new AppError('invariant-violated', 'a committed payment has no balance', { accountId });
  return balance;
}

const paymentIdOf = (resource: string): PaymentId => asId<PaymentId>(resource.replace(/^payment:/, ''));

type Content = Pick<PaymentOrder, 'accountId' | 'amount' | 'channel' | 'channelSerial' | 'channelDate'>;
const fingerprintOf = ({ accountId, amount, channel, channelSerial, channelDate }: Content): string =>
  JSON.stringify([accountId, formatMoney(amount), channel, channelSerial, channelDate]);
