import { type Instant, instantOf } from '../../kernel/clock.ts';
import type { MeterPointId } from '../../kernel/ids.ts';
import { businessDayOf } from '../../kernel/local-time.ts';
import { formatRational } from '../../kernel/rational.ts';
import { type Money, NO_MONEY, negateMoney } from '../../kernel/units.ts';
import { accruedOf } from '../ledger/accrued.ts';
import { chargeEntry, type EntryStamp } from '../ledger/entries.ts';
import type { Accrual, ChargePoint } from '../model/accrual.ts';
import type { Bill, BillLine } from '../model/bill.ts';
import { isCustomer, type JournalEntry } from '../model/journal.ts';
import { registersOf } from '../model/plan-registers.ts';
import type { Reading } from '../model/reading.ts';
import { acceptedReadings } from '../tariff/accepted.ts';
import { componentSums } from '../tariff/component-sums.ts';
import { cutsOf, pickPoints } from '../tariff/cuts.ts';
import { inTime } from '../tariff/register-use.ts';
import { type BillingGround, periodIdOf, rateGround, readingOf } from './billing-ground.ts';

export interface AccrueInput {
  readonly meterPointId: MeterPointId;
  /** Of the open period; undefined before the first. */
  readonly accrual: Accrual | undefined;
  readonly ground: BillingGround;
  /** What the charge rests on, picked anew where the ground has changed; undefined where the accrual's own still hold. */
  readonly points: readonly ChargePoint[] | undefined;
  /** What this poll brought and what is stored of its instant, judged. */
  readonly readings: readonly Reading[];
  readonly stamp: () => EntryStamp;
}

export interface AccrueOutcome {
  readonly accrual: Accrual;
  /** Entries that had to be posted first: use of an earlier business day. */
  readonly entries: readonly JournalEntry[];
  /** What those entries move the balance by: negative. */
  readonly credit: Money;
}

/**
 * Carries the open billing period on to new good readings: the use of the period so far is rated again, whole.
 *
 * The charge moves on to the newest instant at which every register that is needed was read; a reading of an earlier one counts where
 * it lies next to a boundary. Nothing behind the period's end is charged: the settlement opens the next one.
 */
export function accrue({ meterPointId, accrual: before, ground, points: picked, readings, stamp }: AccrueInput): AccrueOutcome | undefined {
  const fresh = readings.filter(({ quality }) => quality === 'good').map(pointOf);
  const known = uniquePoints([...(picked ?? before?.points ?? []), ...fresh]);
  const latestAt = newestSetAt(ground, known, before?.latestAt);
  if (latestAt === undefined) return undefined;
  const open = before ?? openingOf(meterPointId, ground);
  const points = countingPoints(ground, known, latestAt);
  if (before !== undefined && before.ground === ground.key && latestAt === before.latestAt && samePoints(points, before.points))
    return { accrual: before, entries: [], credit: NO_MONEY };

  const day = businessDayOf(lastMoment(ground, latestAt), ground.facts.zone);
  const due = before !== undefined && before.businessDay !== day ? chargeEntry(stamp(), before) : undefined;
  const posted = due?.accrual ?? open;
  const accrual: Accrual = {
    ...posted,
    ...(open.businessDay === day ? {} : { businessDay: day, revision: 0 }),
    ...chargeSoFar(ground, points, posted, latestAt),
    ...endOf(posted, ground),
    ground: ground.key,
    points,
    latestAt,
  };
  const entries = due === undefined ? [] : [due.entry];
  return {
    accrual,
    entries,
    credit: due === undefined || before === undefined || !isCustomer(before.payer) ? NO_MONEY : negateMoney(before.accrued),
  };
}

/**
 * Nobody pays for a supply that was closed: the period begins anew with each complete set of registers, so that the next customer is
 * charged from the one at which the supply is handed over to him.
 *
 * @param groundFrom the ground of a period that begins at an instant
 * @returns undefined where nothing newer was read
 */
export function accrueForNobody(
  before: Accrual,
  ground: BillingGround,
  readings: readonly Reading[],
  groundFrom: (at: Instant) => BillingGround,
): Accrual | undefined {
  const fresh = readings.filter(({ quality }) => quality === 'good').map(pointOf);
  const at = newestSetAt(ground, fresh, before.latestAt);
  if (at === undefined || at === before.latestAt) return undefined;
  const { accountId, payer, meterPointId } = before;
  return { ...openingOf(meterPointId, groundFrom(at)), accountId, payer };
}

/** A change of the tariff may end the period before its reading day. */
function endOf({ to: before, nextBillAt }: Accrual, { facts }: BillingGround): Pick<Accrual, 'to' | 'nextBillAt'> {
  const { to } = facts.period;
  return { to, nextBillAt: nextBillAt === before ? to : instantOf(Math.min(nextBillAt, to)) };
}

/** An accrual of a period in which nothing was read yet. */
export function openingOf(meterPointId: MeterPointId, { facts: { period, zone }, accountId, payer, instalments }: BillingGround): Accrual {
  return {
    meterPointId,
    accountId,
    payer,
    periodId: periodIdOf(period.from),
    from: period.from,
    to: period.to,
    nextBillAt: instalments[0] ?? period.to,
    ground: '',
    points: [],
    latestAt: period.from,
    rated: [],
    posted: [],
    memo: '',
    provisional: [],
    carried: [],
    businessDay: businessDayOf(period.from, zone),
    revision: 0,
    accrued: NO_MONEY,
  };
}

function chargeSoFar(ground: BillingGround, points: readonly ChargePoint[], { posted }: Accrual, latestAt: Instant) {
  const bill = rateGround(ground, points, instantOf(Math.min(latestAt, ground.facts.period.to)));
  const charge = chargeOf(bill);
  return { ...charge, accrued: accruedOf(charge.rated, posted) };
}

/** What of a bill an accrual keeps. */
export const chargeOf = ({ lines, provisional }: Bill): Pick<Accrual, 'rated' | 'memo' | 'provisional'> => ({
  rated: componentSums(lines),
  memo: lines.map(memoOf).join('; '),
  provisional,
});

const memoOf = ({ component, quantity, price }: BillLine): string =>
  `${component}: ${formatRational(quantity, 6)} × ${formatRational(price, 8)} since the period opened`;

/** A period that ends at midnight ends with the day before. */
const lastMoment = ({ facts: { period } }: BillingGround, at: Instant): Instant => (at < period.to ? at : instantOf(period.to - 1));

const uniquePoints = (points: readonly ChargePoint[]): readonly ChargePoint[] => [
  ...new Map(points.map((point) => [`${point.meterId} ${point.register} ${point.at}`, point])).values(),
];

/** Of what is known, what the charge up to `latestAt` and to the end of the period looks at. */
function countingPoints({ facts, plan }: BillingGround, points: readonly ChargePoint[], latestAt: Instant): readonly ChargePoint[] {
  const cuts = inTime([...cutsOf(facts, plan, acceptedReadings(points.map(readingOf))), latestAt]);
  const series = Map.groupBy(points, ({ meterId, register }) => `${meterId} ${register}`);
  return [...series.values()].flatMap((own) => pickPoints(own, cuts));
}

/** The newest instant at which every needed register of the meter that hung there was read. */
function newestSetAt({ facts, plan }: BillingGround, points: readonly ChargePoint[], before: Instant | undefined): Instant | undefined {
  const { needed } = registersOf(plan);
  const byInstant = Map.groupBy(
    points.filter(({ register }) => needed.includes(register)),
    ({ meterId, at }) => `${meterId} ${at}`,
  );
  let newest = before;
  for (const set of byInstant.values()) {
    const at = set[0]?.at;
    if (at === undefined || at < facts.period.from || set.length < needed.length) continue;
    if (newest === undefined || at > newest) newest = at;
  }
  return newest;
}

function samePoints(points: readonly ChargePoint[], others: readonly ChargePoint[]): boolean {
  return points.length === others.length && points.every((point, index) => isSamePoint(point, others[index]));
}

const isSamePoint = ({ meterId, register, at, value }: ChargePoint, other: ChargePoint | undefined): boolean =>
  other !== undefined && meterId === other.meterId && register === other.register && at === other.at && value === other.value;

const pointOf = ({ meterId, register, measuredAt, value }: Reading): ChargePoint => ({ meterId, register, at: measuredAt, value });
