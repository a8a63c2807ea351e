import type Database from 'better-sqlite3';
import type { Remark } from '../../../core/model/bill.ts';
import type { PrintedLine } from '../../../core/model/issued-bill.ts';
import { ENERGY_TOTAL } from '../../../core/model/register.ts';
import { parseInstant } from '../../../kernel/clock.ts';
import { energy, formatEnergy, parseEnergy } from '../../../kernel/units.ts';
import { createUseCounter, REGISTER_RANGE, type Span, type UseCounter } from './counted-use.ts';
import type { Violation } from './violation.ts';

interface BillRow {
  readonly number: string;
  readonly meter_point_id: string;
  readonly from_at: bigint;
  readonly to_at: bigint;
  readonly lines: string;
  readonly provisional: string;
}

/**
 * I6: what a standing bill charges is what its registers counted between its two ends, and the last register of one bill is the first of
 * the next. The register at an end is a function of the readings alone, so bills that have it right meet.
 *
 * Not judged, since it may differ: meter points whose review is still asked for; an end that no register behind it tells of yet (F74), be it
 * that of a part of the bill; a beginning before the first reading (charged from that one on); meters whose register went back (F71), of
 * which nothing is charged.
 * A bill that a review only confirmed keeps the words that it was issued with, so that its printed registers are held against its own
 * quantities and not against its neighbours' words.
 */
export function* checkBilledUse(database: Database.Database): Iterable<Violation> {
  const bills = database.prepare<[], BillRow>(
    `select number, meter_point_id, body ->> '$.from' as from_at, to_at, body -> '$.lines' as lines, body -> '$.provisional' as provisional
     from bills b where kind = 'bill' and not exists (select 1 from bills c where c.corrects = b.id and c.kind = 'credit')
       and not exists (select 1 from reviews r where r.meter_point_id = b.meter_point_id)
     order by ordinal`,
  );
  const counter = createUseCounter(database);
  for (const bill of bills.iterate()) {
    const reasons = new Set((JSON.parse(bill.provisional) as readonly Remark[]).map(({ reason }) => reason));
    if (reasons.has('register-went-back')) continue;
    const lines = (JSON.parse(bill.lines) as readonly PrintedLine[]).filter(({ component }) => ENERGY.test(component));
    yield* judgeWhole(counter, bill, lines);
    // What has no register or no price of its own is charged with the rest.
    if (!reasons.has('period-register-missing') && !reasons.has('period-without-price'))
      for (const line of lines) yield* judgeLine(counter, bill, line);
  }
}

const ENERGY = /^energy(:|$)/;

/** The total is the truth, whatever periods of the day it is charged by (F73). */
function* judgeWhole(counter: UseCounter, bill: BillRow, lines: readonly PrintedLine[]): Iterable<Violation> {
  if (lines.some(({ sources }) => sources.some((source) => isUntold(counter, bill, source)))) return;
  let [counted, believed] = [0n, 0n];
  for (const span of counter.spansOf(bill.meter_point_id)) {
    const [from, to] = [later(span.from, bill.from_at), earlier(span.to ?? bill.to_at, bill.to_at)];
    if (from >= to) continue;
    const use = counter.between(bill.meter_point_id, span, ENERGY_TOTAL, { from, to });
    if (use === undefined) return;
    counted += use.quantity;
    believed += use.wentBack ? 0n : use.quantity;
  }
  const billed = lines.reduce((sum, { quantity }) => sum + microKwh(quantity), 0n);
  if (billed !== counted && billed !== believed) yield violation(bill, 'all energy', billed, counted);
}

const later = (one: bigint, other: bigint): bigint => (one > other ? one : other);
const earlier = (one: bigint, other: bigint): bigint => (one < other ? one : other);

/** Estimated up to where a tariff changed within the bill, by a meter of which no register tells what it counted until then. */
function isUntold(counter: UseCounter, { meter_point_id }: BillRow, source: string): boolean {
  const stretch = source.endsWith(ESTIMATED) ? parseSource(source.slice(0, -ESTIMATED.length)) : undefined;
  const span = stretch && counter.spansOf(meter_point_id).find((each) => hungDuring(each, stretch));
  return stretch !== undefined && span !== undefined && counter.between(meter_point_id, span, stretch.register, stretch) === undefined;
}

const ESTIMATED = ', estimated behind the last reading';

/** One line by the registers that it names: as they are printed, and as they were read. */
function* judgeLine(counter: UseCounter, bill: BillRow, { component, quantity, sources }: PrintedLine): Iterable<Violation> {
  const stretches = sources.map(parseSource);
  if (!stretches.every((stretch) => stretch !== undefined)) return;
  const billed = microKwh(quantity);
  const printed = stretches.reduce((sum, { counted, ratio }) => sum + counted * ratio, 0n);
  if (billed !== printed) yield violation(bill, `the registers printed of ${component}`, billed, printed);
  const spans = counter.spansOf(bill.meter_point_id);
  let [counted, believed] = [0n, 0n];
  for (const stretch of stretches) {
    const span = spans.find((each) => hungDuring(each, stretch));
    const use = span && counter.between(bill.meter_point_id, span, stretch.register, stretch);
    if (use === undefined) return;
    counted += use.quantity;
    believed += use.wentBack ? 0n : use.quantity;
  }
  if (billed !== counted && billed !== believed) yield violation(bill, component, billed, counted);
}

const hungDuring = ({ meterId, from, to }: Span, stretch: PrintedStretch): boolean =>
  meterId === stretch.meterId && from <= stretch.from && (to === null || stretch.to <= to);

interface PrintedStretch {
  readonly meterId: string;
  readonly register: string;
  /** Before the ratio. */
  readonly counted: bigint;
  readonly ratio: bigint;
  readonly from: bigint;
  readonly to: bigint;
}

/** Undefined where the line says more than registers: an estimate behind the last reading, or a share that was scaled to the total. */
function parseSource(source: string): PrintedStretch | undefined {
  const [, meterId, register, start, end, ratio = '1', from, to] = SOURCE.exec(source) ?? [];
  const [since, until] = [parseInstant(from ?? ''), parseInstant(to ?? '')];
  if (meterId === undefined || register === undefined || since === undefined || until === undefined) return undefined;
  const counted = microKwh(end ?? '') - microKwh(start ?? '');
  return {
    meterId,
    register,
    counted: counted < 0n ? counted + REGISTER_RANGE : counted,
    ratio: BigInt(ratio),
    from: BigInt(since),
    to: BigInt(until),
  };
}

/** As "meter A 1-0:1.8.0 1200.00 → 1320.50 × 30, … to …". */
const SOURCE = /^meter (\S+) (\S+) ([\d.]+) → ([\d.]+)(?: × (\d+))?, (\S+Z) to (\S+Z)$/;

function microKwh(text: string): bigint {
  const parsed = parseEnergy(text);
  return parsed.ok ? parsed.value : 0n;
}

const violation = ({ number, meter_point_id }: BillRow, what: string, billed: bigint, counted: bigint): Violation => ({
  invariant: 'I6',
  where: `${what} of bill ${number} of ${meter_point_id}`,
  found: `${formatEnergy(energy(billed))} kWh billed`,
  expected: `${formatEnergy(energy(counted))} kWh`,
});
