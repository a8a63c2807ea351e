import { formatInstant } from '../../kernel/clock.ts';
import { businessDayOf, type Zone } from '../../kernel/local-time.ts';
import { type Energy, type Money, NO_MONEY, negateMoney } from '../../kernel/units.ts';
import { accruedOf } from '../ledger/accrued.ts';
import { chargeEntry, type EntryStamp } from '../ledger/entries.ts';
import { afterRatio, useBetween } from '../metering/use.ts';
import type { Accrual, ChargeLine, RegisterValue } from '../model/accrual.ts';
import type { JournalEntry } from '../model/journal.ts';
import type { MeterPoint } from '../model/meter.ts';
import type { Reading } from '../model/reading.ts';
import type { RegisterName } from '../model/register.ts';
import type { Tariff } from '../model/tariff.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import { rateUse } from '../tariff/rate.ts';

export interface AccrueInput {
  readonly facts: Pick<MeterPointFacts, 'meterPoint' | 'accrual' | 'latestReadings'>;
  /** What this poll brought, judged. */
  readonly readings: readonly Reading[];
  readonly tariff: Tariff;
  readonly zone: Zone;
  readonly stamp: () => EntryStamp;
}

export interface AccrueOutcome {
  /** Undefined while no period is open. */
  readonly accrual: Accrual | undefined;
  /** Entries that had to be posted first: use of an earlier business day, or under earlier terms. */
  readonly entries: readonly JournalEntry[];
  /** What those entries move the balance by: negative. */
  readonly credit: Money;
}

/**
 * Carries the open billing period on to new good readings: the cumulative use is rated again from the opening registers.
 *
 * A register that is missing or not good leaves the accrual as it is, and so does a set older than the one that it stands at. The first complete set of registers opens the period; other
 * prices, another ratio or another meter end it: what it accrued is posted as it was rated, and the next one opens.
 */
export function accrue({ facts, readings, tariff, zone, stamp }: AccrueInput): AccrueOutcome {
  const values = goodValues(tariff, readings);
  const before = facts.accrual;
  if (values === undefined || (before !== undefined && values.at < before.latestAt))
    return { accrual: before, entries: [], credit: NO_MONEY };
  const at = values.at;
  const day = businessDayOf(at, zone);
  const opened = (from: readonly RegisterValue[]): Accrual => ({
    meterPointId: facts.meterPoint.id,
    periodId: formatInstant(at),
    opening: from,
    latest: from,
    latestAt: at,
    lines: linesOf(tariff, facts.meterPoint, from, from) ?? [],
    posted: [],
    businessDay: day,
    revision: 0,
    accrued: NO_MONEY,
  });
  if (before === undefined) return { accrual: opened(values.registers), entries: [], credit: NO_MONEY };

  const replaced = !goesOnFrom(before, facts.latestReadings);
  const changed = replaced || !isRatedBy(before, tariff, facts.meterPoint);
  const due = changed || before.businessDay !== day ? chargeEntry(stamp(), before, facts.meterPoint.accountId) : undefined;
  const open = changed
    ? opened(replaced ? values.registers : openingAt(before, values.registers))
    : { ...(due?.accrual ?? before), ...(before.businessDay === day ? {} : { businessDay: day, revision: 0 }) };
  const lines = linesOf(tariff, facts.meterPoint, open.opening, values.registers) ?? open.lines;
  const entries = due === undefined ? [] : [due.entry];
  return {
    accrual: { ...open, latest: values.registers, latestAt: at, lines, accrued: accruedOf(lines, open.posted) },
    entries,
    credit: due === undefined ? NO_MONEY : negateMoney(before.accrued),
  };
}

function goodValues(tariff: Tariff, readings: readonly Reading[]) {
  const registers: RegisterValue[] = [];
  let at = readings[0]?.measuredAt;
  for (const { register } of tariff.rates) {
    const reading = readings.find((candidate) => candidate.register === register && candidate.quality === 'good');
    if (reading === undefined) return undefined;
    registers.push({ register, value: reading.value });
    at = reading.measuredAt;
  }
  return at === undefined ? undefined : { registers, at };
}

/** The meter whose registers the accrual counts is the one that was read last; a register of another says nothing of its use. */
function goesOnFrom(before: Accrual, readings: readonly Reading[]): boolean {
  return readings.some(({ quality, measuredAt }) => quality === 'good' && measuredAt >= before.latestAt);
}

/** New terms begin at the last registers that the old ones rated, where they rated them. */
function openingAt(before: Accrual, now: readonly RegisterValue[]): readonly RegisterValue[] {
  return now.map((value) => before.latest.find(({ register }) => register === value.register) ?? value);
}

/** The same registers at these prices and this ratio give the same lines. */
function isRatedBy(before: Accrual, tariff: Tariff, meterPoint: MeterPoint): boolean {
  const lines = linesOf(tariff, meterPoint, before.opening, before.latest);
  return lines !== undefined && lines.length === before.lines.length && lines.every((line, index) => isSameLine(line, before.lines[index]));
}

function isSameLine(line: ChargeLine, other: ChargeLine | undefined): boolean {
  return (
    line.component === other?.component &&
    line.register === other.register &&
    line.price === other.price &&
    line.quantity === other.quantity
  );
}

function linesOf(
  tariff: Tariff,
  ratio: MeterPoint,
  opening: readonly RegisterValue[],
  now: readonly RegisterValue[],
): readonly ChargeLine[] | undefined {
  const use = new Map<RegisterName, Energy>();
  for (const { register, value } of now) {
    const start = opening.find((candidate) => candidate.register === register);
    if (start !== undefined) use.set(register, afterRatio(useBetween(start.value, value).quantity, ratio));
  }
  return rateUse(tariff, use);
}
