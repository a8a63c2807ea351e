import { type Kysely, sql } from 'kysely';
import { parseInstant } from '../../../kernel/clock.ts';
import { clustered, index, sequence } from './tables.ts';

/** Bills, what of them must be looked at again, and how long each meter hung where. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sequence(db, 'bills', 'ordinal', {
    id: 'text',
    number: 'text',
    kind: 'text',
    meter_point_id: 'text',
    account_id: 'text',
    period_id: 'text',
    to_at: 'integer',
    month: 'text',
    total: 'integer',
    corrects: 'text?',
    body: 'text',
  });
  await index(db, 'bills_by_id', 'bills', ['id'], { unique: true });
  await index(db, 'bills_by_number', 'bills', ['number'], { unique: true });
  await index(db, 'bills_by_point', 'bills', ['meter_point_id', 'ordinal']);
  await index(db, 'bills_by_account', 'bills', ['account_id', 'ordinal']);
  await index(db, 'bills_by_month', 'bills', ['month', 'ordinal']);
  await index(db, 'bills_first', 'bills', ['meter_point_id', 'period_id', 'kind', 'to_at'], { unique: true, where: sql`corrects is null` });
  await index(db, 'bills_corrected', 'bills', ['corrects', 'kind'], { unique: true, where: sql`corrects is not null` });
  await clustered(db, 'reviews', ['meter_point_id'], { meter_point_id: 'text', asked_seq: 'integer', reason: 'text' });
  await clustered(db, 'meter_spans', ['meter_point_id', 'from_at'], {
    meter_point_id: 'text',
    from_at: 'integer',
    to_at: 'integer?',
    meter_id: 'text',
  });
  await index(db, 'meter_spans_by_meter', 'meter_spans', ['meter_id', 'from_at']);
  await sql`insert into meter_spans (meter_point_id, from_at, to_at, meter_id)
    select meter_point_id, 0, null, id from meters`.execute(db);
  await carryAccruals(db);
  await dueAccruals(db);
}

/** What is due is found without reading every accrual: whose day is over, who is to be billed. */
async function dueAccruals(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('accruals')
    .addColumn('business_day', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema
    .alterTable('accruals')
    .addColumn('next_bill_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`update accruals set business_day = body ->> '$.businessDay', next_bill_at = body ->> '$.nextBillAt'`.execute(db);
  await index(db, 'accruals_by_day', 'accruals', ['business_day']);
  await index(db, 'accruals_due', 'accruals', ['next_bill_at']);
}

interface OldLine {
  readonly component: string;
  readonly exact: string;
}
interface OldAccrual {
  readonly periodId: string;
  readonly opening: readonly { readonly register: string; readonly value: string }[];
  readonly latest: readonly { readonly register: string; readonly value: string }[];
  readonly latestAt: number;
  readonly lines: readonly OldLine[];
  readonly posted: unknown;
}
interface OldRow {
  readonly meter_point_id: string;
  readonly account_id: string;
  readonly meter_id: string;
  readonly accrued: bigint;
  readonly body: string;
}

/**
 * An open period goes on from the registers that it was opened at. Its ground is empty: the next reading finds another one, picks
 * what it rests on anew, and gives it the end that it did not have.
 */
async function carryAccruals(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<OldRow>`select a.meter_point_id, p.account_id, m.id as meter_id, a.accrued, a.body
    from accruals a join meter_points p on p.id = a.meter_point_id join meters m on m.meter_point_id = p.id`.execute(db);
  for (const { meter_point_id, account_id, meter_id, body } of rows) {
    const { periodId, opening, latest, latestAt, lines, posted, ...rest } = JSON.parse(body) as OldAccrual;
    const from = parseInstant(periodId) ?? latestAt;
    const points = [
      ...opening.map(({ register, value }) => ({ meterId: meter_id, register, at: from, value })),
      ...(latestAt > from ? latest.map(({ register, value }) => ({ meterId: meter_id, register, at: latestAt, value })) : []),
    ];
    const carried = {
      ...rest,
      accountId: account_id,
      payer: `customer:${account_id}`,
      periodId,
      from,
      to: Number.MAX_SAFE_INTEGER,
      nextBillAt: Number.MAX_SAFE_INTEGER,
      ground: '',
      points,
      latestAt,
      rated: lines.map(sumOf),
      posted,
      memo: '',
      provisional: [],
      carried: [],
    };
    await sql`update accruals set body = ${JSON.stringify(carried)} where meter_point_id = ${meter_point_id}`.execute(db);
  }
}

/** @param line with its exact amount in 10⁻¹⁴ yuan */
function sumOf({ component, exact }: OldLine) {
  const rounded = (divisor: bigint) => {
    const [value, magnitude] = [BigInt(exact), BigInt(exact.replace('-', ''))];
    const whole = (magnitude * 2n + divisor) / (divisor * 2n);
    return value < 0n ? -whole : whole;
  };
  return { component, customer: String(rounded(1_000_000_000_000n) * 10_000n), revenue: String(rounded(100_000_000n)) };
}
