import type Database from 'better-sqlite3';
import { formatInstant, instantOf } from '../../../kernel/clock.ts';
import { energy, formatEnergy, parseEnergy } from '../../../kernel/units.ts';
import type { Violation } from './violation.ts';

/**
 * I6: every kWh of a meter point is billed once. Standing bills follow each other without a gap and without an overlap, the open period
 * begins where the last one ends, and a final bill has the use that its registers show.
 *
 * What a closing left for nobody lies in no bill. A point that waits for its review is not looked at: what was said of it since is not
 * billed yet.
 */
export function* checkUse(database: Database.Database): Iterable<Violation> {
  const bills = database.prepare<[], BillRow>(
    `select b.meter_point_id, b.number, cast(b.body ->> '$.from' as integer) as from_at, b.to_at,
       json_array_length(b.body, '$.provisional') as remarks, b.body -> '$.lines' as lines
     from bills b left join reviews r on r.meter_point_id = b.meter_point_id
     where b.kind = 'bill' and r.meter_point_id is null and b.id not in (select corrects from bills where kind = 'credit')
     order by b.meter_point_id, from_at`,
  );
  const closed = createClosings(database);
  const used = createUses(database);
  const opens = database
    .prepare<[string], bigint>(`select cast(body ->> '$.from' as integer) from accruals where meter_point_id = ?`)
    .pluck();
  let last: BillRow | undefined;
  const openOf = ({ meter_point_id }: BillRow): Follower[] => {
    const from_at = opens.get(meter_point_id);
    return from_at === undefined ? [] : [{ what: `the open period of ${meter_point_id}`, from_at }];
  };
  for (const bill of bills.iterate()) {
    if (last?.meter_point_id === bill.meter_point_id) yield* gapsBetween(last, { what: `bill ${bill.number}`, ...bill }, closed);
    else if (last !== undefined) for (const open of openOf(last)) yield* gapsBetween(last, open, closed);
    yield* wrongUse(bill, used);
    last = bill;
  }
  if (last !== undefined) for (const open of openOf(last)) yield* gapsBetween(last, open, closed);
}

interface BillRow {
  readonly meter_point_id: string;
  readonly number: string;
  readonly from_at: bigint;
  readonly to_at: bigint;
  readonly remarks: bigint;
  readonly lines: string;
}
interface Follower {
  readonly what: string;
  readonly from_at: bigint;
}

const at = (ms: bigint): string => formatInstant(instantOf(Number(ms)));

function* gapsBetween(
  bill: BillRow,
  { what, from_at }: Follower,
  isClosed: (meterPoint: string, at: bigint) => boolean,
): Iterable<Violation> {
  const { meter_point_id, to_at } = bill;
  if (from_at === to_at || (from_at > to_at && isClosed(meter_point_id, to_at))) return;
  yield {
    invariant: 'I6',
    where: what,
    found: `it begins at ${at(from_at)}, ${from_at < to_at ? 'what is before is billed twice' : 'what is between is not billed'}`,
    expected: `at ${at(to_at)}, where bill ${bill.number} ends`,
  };
}

/** Whether a supply was closed at the registers of an instant: its record names it. */
function createClosings(database: Database.Database): (meterPoint: string, at: bigint) => boolean {
  const closing = database.prepare(
    `select 1 from records where type = 'audit.done' and subject = 'meterPoint:' || ? and body ->> '$.action' = 'supply.closing'
       and body ->> '$.detail' like '%read ' || ?`,
  );
  return (meterPoint, cutAt) => closing.get(meterPoint, at(cutAt)) !== undefined;
}

function* wrongUse(bill: BillRow, usedIn: (bill: BillRow) => bigint | undefined): Iterable<Violation> {
  if (bill.remarks > 0n) return;
  const used = usedIn(bill);
  const billed = billedIn(bill.lines);
  if (used === undefined || billed === undefined || used === billed) return;
  yield {
    invariant: 'I6',
    where: `bill ${bill.number}`,
    found: `${formatEnergy(energy(billed))} kWh`,
    expected: `${formatEnergy(energy(used))} kWh by the registers of ${at(bill.from_at)} and ${at(bill.to_at)}`,
  };
}

/** The kWh of the lines of energy; undefined where one has more decimals than registers have. */
function billedIn(lines: string): bigint | undefined {
  let sum = 0n;
  for (const { component, quantity } of JSON.parse(lines) as readonly { readonly component: string; readonly quantity: string }[]) {
    if (!/^energy(:|$)/.test(component)) continue;
    const kwh = parseEnergy(quantity);
    if (!kwh.ok) return undefined;
    sum += kwh.value;
  }
  return sum;
}

/** Where a total register begins again at zero: six digits before the point. */
const MODULUS = 1_000_000_000_000n;

/**
 * What the total register of one meter and one ratio shows between a bill's two instants; undefined where another hung there meanwhile,
 * the ratio has changed, or a register was not read at one of them.
 */
function createUses(database: Database.Database): (bill: BillRow) => bigint | undefined {
  const meters = database
    .prepare<[string, bigint, bigint], string>(
      'select meter_id from meter_spans where meter_point_id = ? and from_at < ? and (to_at is null or to_at > ?)',
    )
    .pluck();
  const ratios = database
    .prepare<[string, bigint, bigint], bigint>(
      `select (value ->> '$.current') * (value ->> '$.voltage') from dated_facts where subject = 'meterPoint:' || ? and aspect = 'ratio'
         and replaced_seq is null and from_at < ? and (to_at is null or to_at > ?)`,
    )
    .pluck();
  const configured = database.prepare<[string], bigint>('select current_ratio * voltage_ratio from meter_points where id = ?').pluck();
  const register = database
    .prepare<[string, bigint], bigint>(
      `select value from readings where meter_id = ? and measured_at = ? and register = '1-0:1.8.0' and quality = 'good'`,
    )
    .pluck();
  return ({ meter_point_id: point, from_at, to_at }) => {
    const [meter, ...others] = meters.all(point, to_at, from_at);
    const [ratio = configured.get(point), ...changes] = ratios.all(point, to_at, from_at);
    if (meter === undefined || ratio === undefined || others.length + changes.length > 0) return undefined;
    const [start, end] = [register.get(meter, from_at), register.get(meter, to_at)];
    if (start === undefined || end === undefined) return undefined;
    return (end >= start ? end - start : end + MODULUS - start) * ratio;
  };
}
