/** What was settled is rated again where something that it rests on has changed; a bill that comes out otherwise is taken back and issued anew. */
import type { Clock } from '../../kernel/clock.ts';
import type { MeterPointId, NewId } from '../../kernel/ids.ts';
import { addMoney, type Money, NO_MONEY, negateMoney, subtractMoney } from '../../kernel/units.ts';
import { paidFromOwn, returned } from '../ledger/buckets.ts';
import { chargeEntry } from '../ledger/entries.ts';
import type { Accrual } from '../model/accrual.ts';
import type { Bill } from '../model/bill.ts';
import type { Fact } from '../model/fact.ts';
import { type NumberedBill, type PrintedLine, takenBack } from '../model/issued-bill.ts';
import { customerAccount, isCustomer, type JournalEntry, type LedgerAccount, type Posting, receivableAccount } from '../model/journal.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { componentSums } from '../tariff/component-sums.ts';
import { printedLine } from '../tariff/printed-line.ts';
import { openingOf } from './accrue.ts';
import { type BillingGround, groundOf, rateGround, withPrevious } from './billing-ground.ts';
import { customerSum, issuedBill } from './close-period.ts';
import { SETTLEMENT, settledFromOwn } from './debt-payments.ts';
import type { Built, Decisions } from './decisions.ts';
import { pointsFor } from './open-period.ts';
import type { Situations } from './situations.ts';

export interface ReviewDeps {
  readonly store: Store;
  readonly situations: Situations;
  readonly decisions: Decisions;
  readonly clock: Clock;
  readonly newId: NewId;
  /** From the day of settlement to the day on which a bill is due. */
  readonly dueDays: number;
}

/** @returns how many bills were corrected */
export async function reviewPoint(
  deps: ReviewDeps,
  { meterPointId, askedSeq }: { readonly meterPointId: MeterPointId; readonly askedSeq: number },
): Promise<number> {
  let corrected = 0;
  for (const bill of standingBills(await deps.store.read('billsOfPoint', { meterPointId }))) {
    let changed = false;
    const isStored = await deps.decisions.commit(meterPointId, async (facts) => {
      // The bill before this one may just have been corrected.
      const bills = await deps.store.read('billsOfPoint', { meterPointId });
      const built = await buildReview(deps, asBilled(facts, bill), bill, bills);
      changed = built.facts.some(({ kind }) => kind === 'bill');
      return built;
    });
    if (!isStored) return corrected;
    if (changed) corrected += 1;
  }
  await deps.store.commit({ facts: [{ kind: 'reviewed', meterPointId, askedSeq }] });
  return corrected;
}

/** Where no contract says who was supplied then, it was whoever the bill went to: the place may have passed on since. */
const asBilled = (facts: MeterPointFacts, { accountId }: NumberedBill): MeterPointFacts => ({
  ...facts,
  meterPoint: { ...facts.meterPoint, accountId },
});

/** Bills of whole periods that were not taken back, oldest first. */
export function standingBills(bills: readonly NumberedBill[]): readonly NumberedBill[] {
  const taken = takenBack(bills);
  return bills.filter(({ id, kind }) => kind === 'bill' && !taken.has(id)).toSorted((one, other) => one.from - other.from);
}

async function buildReview(deps: ReviewDeps, facts: MeterPointFacts, bill: NumberedBill, bills: readonly NumberedBill[]): Promise<Built> {
  const grounds = groundsBetween(deps, facts, bill, bills);
  const [ground] = grounds;
  if (ground === undefined) return NOTHING;
  const rated = await rateAll(deps, grounds);
  const carried = carriedBy(facts.accrual, bill, rated);
  if (samePrint(rated.lines.map(printedLine), bill.lines) && ground.payer === bill.payer)
    return { facts: [], overlay: { accrual: carried } };
  const posted = repost(deps, bill, ground, rated);
  const input = {
    facts,
    accrual: { ...openingOf(bill.meterPointId, ground), periodId: bill.periodId },
    ground: { ...ground, facts: { ...ground.facts, period: { from: bill.from, to: bill.to } } },
    points: [],
    instalments: bills.filter(({ kind, periodId }) => kind === 'instalment' && periodId === bill.periodId),
    dueDays: deps.dueDays,
    issuedAt: deps.clock.now(),
    actor: SETTLEMENT,
    newId: deps.newId,
  };
  const renewed = { ...issuedBill(input, rated, posted.left, posted.entries.at(-1)), corrects: bill.id };
  const own = posted.back && (await givenBack(deps, bill, posted.back));
  const paid = paidFromBack(deps, facts, own, { payer: ground.payer, charged: rated.total });
  return {
    facts: [
      ...[...posted.entries, ...(paid === undefined ? [] : [paid])].map((entry): Fact => ({ kind: 'entry', entry })),
      { kind: 'bill', bill: creditOf(deps, bill) },
      { kind: 'bill', bill: renewed },
    ],
    overlay: { accrual: carried, credit: posted.credit },
    restsOnMoney: paid !== undefined,
  };
}

/** Of what a bill gives back that went to another payer: promotional credit that was used for it is no money to pay with. */
async function givenBack({ store }: ReviewDeps, { accountId, meterPointId, periodId }: NumberedBill, back: Posting): Promise<Posting> {
  const before = await store.read('chargedSoFar', { accountId, meterPointId, periodId });
  return { account: back.account, amount: returned(back.amount, before, NO_MONEY).own };
}

/** What a bill that had gone to own money gives back pays the one in its place, as far as it lies free: nobody owes what he had paid. */
function paidFromBack(
  { clock, newId }: ReviewDeps,
  facts: MeterPointFacts,
  back: Posting | undefined,
  { payer, charged }: { readonly payer: LedgerAccount; readonly charged: Money },
): JournalEntry | undefined {
  const { account, balance, held } = facts.account;
  if (back?.account !== customerAccount(account.id) || payer !== receivableAccount(account.id)) return undefined;
  const free = addMoney(subtractMoney(balance, held), back.amount);
  const paid = paidFromOwn(free < back.amount ? free : back.amount, { receivable: negateMoney(charged), lateFee: NO_MONEY }, NO_MONEY);
  return settledFromOwn({ id: newId('ent'), at: clock.now(), actor: SETTLEMENT }, facts, paid);
}

const NOTHING: Built = { facts: [], overlay: {} };

/** A change of the tariff that is dated into a settled period cuts it. */
function groundsBetween(
  { situations }: ReviewDeps,
  facts: MeterPointFacts,
  { meterPointId, from, to }: NumberedBill,
  bills: readonly NumberedBill[],
) {
  const grounds: BillingGround[] = [];
  for (let at = from; at < to; ) {
    const ground = withPrevious(groundOf(facts, situations.termsOf(meterPointId), at, to), bills);
    grounds.push(ground);
    at = ground.facts.period.to;
  }
  return grounds;
}

async function rateAll({ store }: ReviewDeps, grounds: readonly BillingGround[]): Promise<Bill> {
  const rated = await Promise.all(grounds.map(async (ground) => rateGround(ground, await pointsFor(store, ground))));
  return {
    lines: rated.flatMap(({ lines }) => lines),
    total: rated.reduce((sum, { total }) => addMoney(sum, total), NO_MONEY),
    provisional: rated.flatMap(({ provisional }) => provisional),
    suspect: rated.flatMap(({ suspect }) => suspect),
  };
}

/** The open period knows what is not final of the one before it. */
function carriedBy(accrual: Accrual | undefined, { to }: NumberedBill, { provisional }: Bill): Accrual | undefined {
  return accrual?.from === to ? { ...accrual, carried: provisional } : accrual;
}

const samePrint = (lines: readonly PrintedLine[], others: readonly PrintedLine[]): boolean =>
  JSON.stringify(lines.map(figures)) === JSON.stringify(others.map(figures));
const figures = ({ component, quantity, price, amount }: PrintedLine) => [component, quantity, price, amount];

/** Posts the difference, or where another pays takes all of it back and charges him. */
function repost({ clock, newId }: ReviewDeps, bill: NumberedBill, ground: BillingGround, rated: Bill) {
  const stamp = () => ({ id: newId<JournalEntry['id']>('ent'), at: clock.now(), actor: SETTLEMENT });
  const settled: Accrual = {
    ...openingOf(bill.meterPointId, ground),
    payer: bill.payer,
    periodId: bill.periodId,
    rated: bill.posted,
    posted: bill.posted,
    memo: `correction of bill ${bill.number}`,
    businessDay: bill.businessDay,
    revision: bill.revision,
  };
  const isSame = ground.payer === bill.payer;
  const back = isSame ? undefined : chargeEntry(stamp(), { ...settled, rated: [] });
  const open = back?.accrual ?? settled;
  const due = chargeEntry(stamp(), { ...open, payer: ground.payer, rated: componentSums(rated.lines) });
  const entries = [back, due].flatMap((each) => each?.entry ?? []);
  const difference = subtractMoney(customerSum(bill.posted), rated.total);
  return {
    entries,
    left: due?.accrual ?? open,
    credit: isSame && isCustomer(bill.payer) ? difference : NO_MONEY,
    back: isSame ? undefined : { account: bill.payer, amount: customerSum(bill.posted) },
  };
}

/** Takes a bill back, line by line. */
function creditOf({ newId, clock }: ReviewDeps, { number: _, ...bill }: NumberedBill) {
  return {
    ...bill,
    id: newId<NumberedBill['id']>('bil'),
    kind: 'credit' as const,
    issuedAt: clock.now(),
    lines: bill.lines.map((line) => ({
      ...line,
      quantity: negated(line.quantity),
      exact: negated(line.exact),
      ...(line.exactFraction === undefined ? {} : { exactFraction: negated(line.exactFraction) }),
      amount: negated(line.amount),
    })),
    billedBefore: negateMoney(bill.billedBefore),
    total: negateMoney(bill.total),
    corrects: bill.id,
    entryId: undefined,
  };
}

const negated = (text: string): string => (text.startsWith('-') ? text.slice(1) : /[1-9]/.test(text) ? `-${text}` : text);
