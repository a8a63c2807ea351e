/** The end of a billing period: what is left to post, and the bill. */
import { type Instant, instantOf } from '../../kernel/clock.ts';
import type { Actor, NewId } from '../../kernel/ids.ts';
import { addDays, type BusinessDay, businessDayOf } from '../../kernel/local-time.ts';
import { addMoney, type Money, NO_MONEY, subtractMoney } from '../../kernel/units.ts';
import { supplyAt } from '../archive/in-force.ts';
import { accruedOf } from '../ledger/accrued.ts';
import { chargeEntry } from '../ledger/entries.ts';
import type { Accrual, ChargePoint } from '../model/accrual.ts';
import { subjectOf } from '../model/archive.ts';
import type { Bill } from '../model/bill.ts';
import type { Fact } from '../model/fact.ts';
import type { IssuedBill, NumberedBill } from '../model/issued-bill.ts';
import { isCustomer, type JournalEntry } from '../model/journal.ts';
import { printedLine } from '../tariff/printed-line.ts';
import { chargeOf } from './accrue.ts';
import { type BillingGround, type GroundFacts, rateGround } from './billing-ground.ts';

export interface BillingInput {
  readonly facts: GroundFacts;
  readonly accrual: Accrual;
  readonly ground: BillingGround;
  /** What is known of the registers that the bill looks at. */
  readonly points: readonly ChargePoint[];
  /** Of this period, in the order of issue. */
  readonly instalments: readonly NumberedBill[];
  readonly dueDays: number;
  readonly issuedAt: Instant;
  readonly actor: Actor;
  readonly newId: NewId;
}

export interface ClosedPeriod {
  readonly bill: IssuedBill;
  readonly facts: readonly Fact[];
  /** What the entries move the payer by: below zero where something was left to post. */
  readonly moved: Money;
  /** The same of the customer's own money. */
  readonly credit: Money;
  /** As it was left: everything posted. */
  readonly accrual: Accrual;
}

/** @param input its ground ends where the registers are taken */
export function closePeriod(input: BillingInput): ClosedPeriod {
  const { accrual, ground, points, newId, issuedAt, actor } = input;
  const rated = rateGround(ground, points);
  const day = lastDayOf(ground);
  const stamp = () => ({ id: newId<JournalEntry['id']>('ent'), at: issuedAt, actor });
  // Use of an earlier day is posted under that day.
  const earlier = accrual.businessDay === day ? undefined : chargeEntry(stamp(), accrual);
  const open = earlier?.accrual ?? accrual;
  const whole = withCharge({ ...open, ...(open.businessDay === day ? {} : { businessDay: day, revision: 0 }) }, rated);
  const last = chargeEntry(stamp(), whole);
  const closed = last?.accrual ?? whole;
  const entries = [earlier, last].flatMap((due) => due?.entry ?? []);
  const bill = issuedBill(input, rated, closed, last?.entry);
  const moved = subtractMoney(customerSum(accrual.posted), customerSum(whole.rated));
  return {
    bill,
    facts: [...entries.map((entry): Fact => ({ kind: 'entry', entry })), { kind: 'bill', bill }, ...reviewOfPayer(input)],
    moved,
    credit: isCustomer(accrual.payer) ? moved : NO_MONEY,
    accrual: closed,
  };
}

/** Whoever paid day by day is billed; where the contract was corrected meanwhile, the review moves all of it to who should have. */
function reviewOfPayer({ accrual: { meterPointId, payer, periodId }, ground, issuedAt: at }: BillingInput): readonly Fact[] {
  if (payer === ground.payer) return [];
  return [{ kind: 'review', meterPointId, at, reason: `${ground.payer} is to pay for the period since ${periodId}, not ${payer}` }];
}

const withCharge = (accrual: Accrual, rated: Bill): Accrual => {
  const charged = { ...accrual, ...chargeOf(rated) };
  return { ...charged, accrued: accruedOf(charged.rated, charged.posted) };
};

/** What components cost, or were posted, together. */
export const customerSum = (sums: Accrual['rated']): Money => sums.reduce((sum, { customer }) => addMoney(sum, customer), NO_MONEY);

/** The day that the period's last moment belongs to. */
const lastDayOf = ({ facts: { period, zone } }: BillingGround): BusinessDay => businessDayOf(instantOf(period.to - 1), zone);

/** An instalment asks for the use of the period so far; what is posted goes on day by day. */
export function instalmentBill(input: BillingInput, at: Instant): IssuedBill {
  const { ground, points, accrual } = input;
  const rated = rateGround(ground, points, at);
  return { ...issuedBill(input, rated, accrual, undefined), kind: 'instalment', to: at };
}

/** What a customer is asked for: the lines of the period, less what its instalments asked for already. */
export function issuedBill(
  { facts, accrual, ground, instalments, dueDays, issuedAt, newId }: BillingInput,
  rated: Bill,
  { posted, businessDay, revision }: Pick<Accrual, 'posted' | 'businessDay' | 'revision'>,
  entry: JournalEntry | undefined,
): IssuedBill {
  const { period, zone, customerClass } = ground.facts;
  const subject = subjectOf('meterPoint', accrual.meterPointId);
  const supply = supplyAt(subject, period.from, (each) => facts.archive.filter((fact) => fact.subject === each));
  const billedBefore = instalments.reduce((sum, { total }) => addMoney(sum, total), NO_MONEY);
  return {
    id: newId('bil'),
    kind: 'bill',
    meterPointId: accrual.meterPointId,
    accountId: accrual.accountId,
    payer: accrual.payer,
    contractId: supply.contractId,
    customerId: supply.customerId,
    district: supply.point.place?.district ?? '',
    feeder: supply.point.place?.feeder ?? facts.meterPoint.feeder,
    tariff: ground.plan.id,
    customerClass,
    periodId: accrual.periodId,
    from: period.from,
    to: period.to,
    month: lastDayOf(ground).slice(0, 7),
    issuedAt,
    dueOn: addDays(businessDayOf(issuedAt > period.to ? issuedAt : period.to, zone), dueDays),
    lines: rated.lines.map(printedLine),
    billedBefore,
    total: subtractMoney(rated.total, billedBefore),
    provisional: rated.provisional,
    corrects: undefined,
    posted,
    businessDay,
    revision,
    entryId: entry?.id,
  };
}
