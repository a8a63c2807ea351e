/** The end of one customer's supply: handed over to the next, or closed. Either cuts the account at a register. */
import { formatInstant, type Instant } from '../../kernel/clock.ts';
import type { AccountId, Actor, ContractId, CustomerId, MeterPointId } from '../../kernel/ids.ts';
import { businessDayOf } from '../../kernel/local-time.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { addMoney, formatEnergy, formatMoney, type Money, money, NO_MONEY, negateMoney, subtractMoney } from '../../kernel/units.ts';
import { aspectsAt } from '../archive/in-force.ts';
import { periodAt, withPeriod } from '../archive/timeline.ts';
import { paidFromOwn } from '../ledger/buckets.ts';
import { payoutEntry, totalOf } from '../ledger/entries.ts';
import type { Accrual } from '../model/accrual.ts';
import {
  type ArchiveSubject,
  type AspectTimeline,
  type AspectValues,
  BEGINNING,
  type DatedFact,
  type Period,
  subjectOf,
  type Timeline,
} from '../model/archive.ts';
import type { Expectation } from '../model/expectation.ts';
import type { Fact } from '../model/fact.ts';
import {
  cashAccount,
  customerAccount,
  emergencyAccount,
  guaranteeAccount,
  type JournalEntry,
  lateFeeAccount,
  PROMOTION_GRANTED_ACCOUNT,
  promotionAccount,
  receivableAccount,
} from '../model/journal.ts';
import type { ArchiveView, MeterPointFacts } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { groundOf } from './billing-ground.ts';
import { settledFromOwn } from './debt-payments.ts';
import { CONFLICT_LIMIT, expectationsOf } from './decisions.ts';
import { createKeyGate, type KeyError, type Once } from './idempotency.ts';
import { type LastChargeDeps, type Left, lastCharge, leftAfter, owedIn } from './last-charge.ts';
import { hasRegistersAt, pointsFor } from './open-period.ts';

export interface Handover {
  readonly kind: 'transfer';
  /** Who comes in: his contract and the account that he pays from. */
  readonly contractId: ContractId;
  readonly customerId: CustomerId;
  readonly accountId: AccountId;
}
export interface Closing {
  readonly kind: 'closing';
}
export type SupplyOrder = (Handover | Closing) & {
  readonly meterPointId: MeterPointId;
  readonly reason: string;
  readonly actor: Actor;
  readonly idempotencyKey: string;
};

export interface SupplyChange {
  /** Whose account was cut. */
  readonly accountId: AccountId;
  /** When the registers were read that it is cut at. */
  readonly cutAt: Instant;
  /** Of that account after the last charge, and after the refund of a closing. */
  readonly balance: Money;
  /** Paid back by a closing; nothing by a transfer: the balance stays with its owner. */
  readonly refunded: Money;
}
export type SupplyError =
  | KeyError
  | { readonly code: 'not-found'; readonly detail: string }
  | { readonly code: 'no-final-reading' | 'account-closed' | 'conflict' | 'no-space' | 'overloaded' }
  | { readonly code: 'arrears' | 'money-held' | 'supplies-elsewhere'; readonly detail: string };

export interface SupplyChanges {
  run(order: SupplyOrder): Promise<Result<Once<SupplyChange>, SupplyError>>;
}

export function createSupplyChanges(deps: LastChargeDeps): SupplyChanges {
  const gate = createKeyGate();
  return { run: (order) => gate(order.idempotencyKey, () => run(deps, order)) };
}

async function run(deps: LastChargeDeps, order: SupplyOrder): Promise<Result<Once<SupplyChange>, SupplyError>> {
  if (!deps.situations.knows(order.meterPointId)) return err({ code: 'not-found', detail: 'No configured meter point has this id' });
  for (let attempt = 0; attempt < CONFLICT_LIMIT; attempt++) {
    const earlier = await findEarlier(deps.store, order);
    if (earlier !== undefined) return earlier;
    const facts = await deps.situations.load(order.meterPointId);
    const prepared = await prepare(deps, order, facts);
    if (!prepared.ok) return prepared;
    const outcome = await deps.store.commit({
      facts: prepared.value.facts,
      expect: [...expectationsOf(facts, true), ...prepared.value.expect],
    });
    if (outcome.status === 'committed') return ok({ value: prepared.value.change, replayed: false });
    if (outcome.status === 'refused') return err({ code: outcome.code });
  }
  return err({ code: 'conflict' });
}

interface Prepared {
  readonly change: SupplyChange;
  readonly facts: readonly Fact[];
  /** Beside what a decision rests on. */
  readonly expect: readonly Expectation[];
}

async function prepare(deps: LastChargeDeps, order: SupplyOrder, facts: MeterPointFacts): Promise<Result<Prepared, SupplyError>> {
  const { store, situations, clock } = deps;
  const { accrual, account } = facts;
  const now = clock.now();
  if (account.account.state === 'closed' && order.kind === 'closing') return err({ code: 'account-closed' });
  if (
    accrual === undefined ||
    now - accrual.latestAt > situations.termsOf(order.meterPointId).rules.freshnessMs ||
    !(await isRead(deps, facts, accrual))
  )
    return err({ code: 'no-final-reading' });
  const { accountId } = facts.meterPoint;
  const contract =
    order.kind === 'transfer' ? await store.read('archiveView', { subject: subjectOf('contract', order.contractId) }) : undefined;
  const charged = await lastCharge(deps, order.actor, facts, accrual);
  const left = leftAfter(account, charged.periods);
  const owned = addMoney(subtractMoney(left.own, account.held), owedIn(left));
  if (owned < NO_MONEY) return err({ code: 'arrears', detail: `Account ${accountId} owes ${formatMoney(negateMoney(owned))} yuan` });
  const next =
    order.kind === 'transfer'
      ? await handoverFacts(store, order, facts, contract, accrual.latestAt)
      : await closingFacts(deps, order, facts, accrual, left);
  if (!next.ok) return next;
  const isClosing = order.kind === 'closing';
  // A closing pays whatever is owed out of what is paid back; who hands over keeps what he does not owe.
  const paid = isClosing ? undefined : paidOnLeaving(deps, order, facts, left);
  const own = subtractMoney(left.own, paid === undefined ? NO_MONEY : totalOf(paid));
  const change = { accountId, cutAt: accrual.latestAt, balance: isClosing ? NO_MONEY : own, refunded: isClosing ? owned : NO_MONEY };
  return ok({
    change,
    facts: [
      ...charged.facts,
      { kind: 'accrual', accrual: { ...charged.next, ...payerAfter(order, accrual, contract) } },
      ...(paid === undefined ? [] : [{ kind: 'entry', entry: paid } as const]),
      ...next.value,
      cutRecord(order, change, accrual, now),
      keyFact(order, change, now),
    ],
    expect: contract === undefined ? [] : [{ subject: contract.subject, version: contract.version }],
  });
}

/** Of whoever moves out nothing is kept for use to come. */
function paidOnLeaving({ newId, clock }: LastChargeDeps, { actor }: SupplyOrder, facts: MeterPointFacts, left: Left) {
  const paid = paidFromOwn(subtractMoney(left.own, facts.account.held), left, NO_MONEY);
  return settledFromOwn({ id: newId('ent'), at: clock.now(), actor }, facts, paid);
}

/** A period that was opened without registers begins at none that an account could be cut at. */
async function isRead(
  { store, situations }: LastChargeDeps,
  facts: MeterPointFacts,
  { meterPointId, from, latestAt }: Accrual,
): Promise<boolean> {
  const ground = groundOf(facts, situations.termsOf(meterPointId), from);
  const points = await pointsFor(store, ground, latestAt);
  return facts.meterSpans.some(({ meterId }) => hasRegistersAt(points, ground, meterId, latestAt));
}

/** Who comes in pays from the cut on, as his contract says; who closes leaves nobody behind. */
function payerAfter(
  order: SupplyOrder,
  { accountId, payer }: Accrual,
  contract: ArchiveView | undefined,
): Pick<Accrual, 'accountId' | 'payer'> {
  if (order.kind === 'closing') return { accountId, payer };
  const terms = aspectsAt(contract?.facts ?? [], BEGINNING).terms ?? contract?.facts.findLast(({ aspect }) => aspect === 'terms')?.value;
  const method = (terms as AspectValues['terms'] | undefined)?.settlementMethod;
  const next = order.accountId;
  return { accountId: next, payer: method === undefined || method === 'prepay' ? customerAccount(next) : receivableAccount(next) };
}

async function handoverFacts(
  store: Store,
  order: SupplyOrder & Handover,
  { meterPoint, archive }: MeterPointFacts,
  contract: ArchiveView | undefined,
  cutAt: Instant,
): Promise<Result<readonly Fact[], SupplyError>> {
  const { contractId, customerId, accountId } = order;
  const customer = subjectOf('customer', customerId);
  if ((await store.read('archiveView', { subject: customer })) === undefined)
    return err({ code: 'not-found', detail: `${customer} is not in the archive: import or enter the customer first` });
  const next = await store.read('account', { accountId });
  if (next?.account.state === 'closed' || accountId === meterPoint.accountId) return err({ code: 'account-closed' });
  if (next?.meterPointId !== undefined)
    return err({ code: 'supplies-elsewhere', detail: `Account ${accountId} pays for meter point ${next.meterPointId}` });
  const elsewhere = contract === undefined ? undefined : await suppliedElsewhere(store, order, cutAt);
  if (elsewhere !== undefined) return err({ code: 'supplies-elsewhere', detail: `Contract ${contractId} supplies ${elsewhere}` });
  return ok([
    ...(next === undefined ? [{ kind: 'account', account: { id: accountId, state: 'open' } } as const] : []),
    saying(
      order,
      subjectOf('contract', contractId),
      { aspect: 'parties', periods: from(contract?.facts ?? [], 'parties', cutAt, { customerId, accountId }) },
      cutAt,
    ),
    saying(order, pointOf(order), { aspect: 'contract', periods: from(archive, 'contract', cutAt, { contractId }, pointOf(order)) }, cutAt),
    { kind: 'meterPoint', meterPoint: { ...meterPoint, accountId } },
  ]);
}

/** The other meter point that a contract supplies from an instant on. */
async function suppliedElsewhere(store: Store, order: SupplyOrder & Handover, at: Instant): Promise<ArchiveSubject | undefined> {
  const said = await store.read('archiveStated', { aspects: ['contract'] });
  return said.find(
    ({ subject, to, value }) =>
      subject !== pointOf(order) && (to === undefined || to > at) && (value as AspectValues['contract']).contractId === order.contractId,
  )?.subject;
}

async function closingFacts(
  deps: LastChargeDeps,
  order: SupplyOrder,
  { meterPoint, account, archive }: MeterPointFacts,
  accrual: Accrual,
  left: Left,
): Promise<Result<readonly Fact[], SupplyError>> {
  const { accountId } = meterPoint;
  // Money that is kept for somebody else, or as a security, is decided on first.
  if (account.held !== NO_MONEY)
    return err({ code: 'money-held', detail: `Of account ${accountId} ${formatMoney(account.held)} yuan are set aside` });
  const guarantee = await deps.store.read('ledgerBalance', { account: guaranteeAccount(accountId) });
  if (guarantee !== NO_MONEY)
    return err({ code: 'money-held', detail: `Account ${accountId} has a guarantee of ${formatMoney(guarantee)} yuan` });
  const held = timelineIn(archive, 'contract', pointOf(order));
  const current = periodAt(held, accrual.latestAt);
  const ended = held.flatMap((period) =>
    period === current ? (period.from < accrual.latestAt ? [{ ...period, to: accrual.latestAt }] : []) : [period],
  );
  const entry = finalEntry(deps, order, accountId, left);
  return ok([
    ...(entry.postings.length === 0 ? [] : [{ kind: 'entry', entry } as const]),
    { kind: 'account', account: { id: accountId, state: 'closed' } },
    ...(current === undefined ? [] : [saying(order, pointOf(order), { aspect: 'contract', periods: ended }, accrual.latestAt)]),
  ]);
}

/** Own money pays what is owed, the rest leaves through a channel of its own, where whoever pays it out finds it; given credit lapses. */
function finalEntry(
  { newId, clock, situations }: LastChargeDeps,
  { actor, meterPointId, reason }: SupplyOrder,
  accountId: AccountId,
  left: Left,
) {
  const at = clock.now();
  const channelDate = businessDayOf(at, situations.termsOf(meterPointId).zone);
  const through = { channel: 'refund', channelSerial: `closing:${meterPointId}:${accountId}`, channelDate };
  const stamp = { id: newId<JournalEntry['id']>('ent'), at, actor };
  const refund = addMoney(left.own, owedIn(left));
  const postings = [
    { account: customerAccount(accountId), amount: negateMoney(left.own) },
    { account: emergencyAccount(accountId), amount: negateMoney(left.emergency) },
    { account: receivableAccount(accountId), amount: negateMoney(left.receivable) },
    { account: lateFeeAccount(accountId), amount: negateMoney(left.lateFee) },
    { account: cashAccount(through.channel), amount: refund },
    { account: promotionAccount(accountId), amount: negateMoney(left.promotion) },
    { account: PROMOTION_GRANTED_ACCOUNT, amount: left.promotion },
  ];
  return {
    ...payoutEntry(stamp, { accountId, amount: refund, ...through, memo: reason }),
    postings: postings.filter(({ amount }) => amount !== NO_MONEY),
  };
}

const pointOf = ({ meterPointId }: SupplyOrder): ArchiveSubject => subjectOf('meterPoint', meterPointId);

function timelineIn<Name extends 'contract' | 'parties'>(
  facts: readonly DatedFact[],
  aspect: Name,
  subject?: ArchiveSubject,
): Timeline<AspectValues[Name]> {
  return facts
    .filter((fact) => fact.aspect === aspect && (subject === undefined || fact.subject === subject))
    .map(({ from: since, to, value }) => ({ from: since, to, value }) as Period<AspectValues[Name]>);
}

function from<Name extends 'contract' | 'parties'>(
  facts: readonly DatedFact[],
  aspect: Name,
  at: Instant,
  value: AspectValues[Name],
  subject?: ArchiveSubject,
): Timeline<AspectValues[Name]> {
  return withPeriod(timelineIn(facts, aspect, subject), { from: at, value });
}

const saying = ({ actor, reason }: SupplyOrder, subject: ArchiveSubject, timeline: AspectTimeline, at: Instant): Fact => ({
  kind: 'archiveChange',
  change: { subject, at, actor, reason, aspects: [timeline] },
});

/** The registers that the account was cut at, for whoever asks later. */
function cutRecord(order: SupplyOrder, { accountId, cutAt }: SupplyChange, { points }: Accrual, at: Instant): Fact {
  const registers = points
    .filter((point) => point.at === cutAt)
    .map(({ register, value }) => `${register} ${formatEnergy(value)} kWh`)
    .join(', ');
  return {
    kind: 'audit',
    at,
    actor: order.actor,
    action: `supply.${order.kind}`,
    subject: pointOf(order),
    outcome: 'done',
    detail: `account ${accountId} cut at ${registers}, read ${formatInstant(cutAt)}${order.kind === 'transfer' ? `; account ${order.accountId} from there on` : ''}`,
  };
}

/** What the first request has done is kept with its key, so that a repeated one is answered the same. */
function keyFact(order: SupplyOrder, { accountId, cutAt, balance, refunded }: SupplyChange, at: Instant): Fact {
  const resource = `supply:${JSON.stringify([accountId, cutAt, balance.toString(), refunded.toString()])}`;
  return { kind: 'idempotencyKey', key: order.idempotencyKey, fingerprint: fingerprintOf(order), resource, at };
}

async function findEarlier(store: Store, order: SupplyOrder): Promise<Result<Once<SupplyChange>, SupplyError> | undefined> {
  const known = await store.read('idempotencyKey', { key: order.idempotencyKey });
  if (known === undefined) return undefined;
  if (known.fingerprint !== fingerprintOf(order)) return err({ code: 'idempotency-mismatch' });
  const [accountId, cutAt, balance, refunded] = JSON.parse(known.resource.slice('supply:'.length)) as [AccountId, Instant, string, string];
  return ok({ value: { accountId, cutAt, balance: money(BigInt(balance)), refunded: money(BigInt(refunded)) }, replayed: true });
}

const fingerprintOf = (order: SupplyOrder): string =>
  JSON.stringify([
    order.kind,
    order.meterPointId,
    ...(order.kind === 'transfer' ? [order.contractId, order.customerId, order.accountId] : []),
  ]);
