import { AppError } from '../../kernel/app-error.ts';
import type { Instant } from '../../kernel/clock.ts';
import type { AccountId, MeterPointId } from '../../kernel/ids.ts';
import type { Money } from '../../kernel/units.ts';
import type { Account } from '../model/account.ts';
import type { Fact } from '../model/fact.ts';
import type { Meter, MeterPoint } from '../model/meter.ts';
import type { Queries } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { CONFIGURATION, CONFIGURED_ASPECTS, configuredFacts, type Disagreement } from './configured-facts.ts';
import type { PaymentService } from './payment-service.ts';

/** A configured place with its customer, its meter and what the account opens with. */
export interface ConfiguredPoint {
  readonly account: Account;
  readonly meterPoint: MeterPoint;
  readonly meter: Meter;
  readonly openingPayment: Money | undefined;
}

/** Points whose facts are stored together. */
const AT_ONCE = 500;

/**
 * Brings the store's archive to what the configuration says; what is equal changes nothing.
 *
 * @returns where a person or an import has said something else: there the archive holds
 */
export async function storeArchive(store: Store, points: readonly ConfiguredPoint[], now: Instant): Promise<readonly Disagreement[]> {
  const [stated, stored] = await Promise.all([store.read('archiveStated', { aspects: CONFIGURED_ASPECTS }), store.read('archive', {})]);
  const bySubject = Map.groupBy(stated, ({ subject }) => subject as string);
  const known = new Set(stored.accounts.map(({ id }) => id));
  const isStored = { meterPoint: createIsStored(stored.meterPoints), meter: createIsStored(stored.meters) };
  const closed = closedPlaces(stored);
  const disagreements: Disagreement[] = [];
  for (let start = 0; start < points.length; start += AT_ONCE) {
    const facts = points.slice(start, start + AT_ONCE).flatMap(({ account, meterPoint, meter }): Fact[] => {
      // Whoever is new comes in by the configuration; who is known was there before, and another was when the supply was closed.
      const closedWith = known.has(account.id) ? closed.get(meterPoint.id) : undefined;
      const configured = configuredFacts(meterPoint, (subject) => bySubject.get(subject) ?? [], now, closedWith);
      disagreements.push(...configured.disagreements);
      return [
        // One that is known may have been closed since.
        ...(known.has(account.id) ? [] : [{ kind: 'account', account } as const]),
        ...(isStored.meterPoint(configured.effective) ? [] : [{ kind: 'meterPoint', meterPoint: configured.effective } as const]),
        ...(isStored.meter(meter) ? [] : [{ kind: 'meter', meter } as const]),
        ...configured.facts,
      ];
    });
    if (facts.length === 0) continue;
    const outcome = await store.commit({ facts });
    if (outcome.status !== 'committed')
      throw new AppError('store-unavailable', 'the archive could not be stored', { outcome: outcome.status });
  }
  return disagreements;
}

/** Whether the store has it just so: a start that changes nothing waits for no writer. */
function createIsStored<Row extends Meter | MeterPoint>(rows: readonly Row[]): (row: Row) => boolean {
  const stored = new Map<string, Row>(rows.map((row) => [row.id, row]));
  return (row) => {
    const other = stored.get(row.id);
    return other !== undefined && (Object.keys(row) as (keyof Row)[]).every((field) => other[field] === row[field]);
  };
}

/** By whose closed account each place stands that nobody is supplied at. */
function closedPlaces({ meterPoints, accounts }: Queries['archive']['answer']): ReadonlyMap<MeterPointId, AccountId> {
  const closed = new Set(accounts.filter(({ state }) => state === 'closed').map(({ id }) => id));
  return new Map(meterPoints.filter(({ accountId }) => closed.has(accountId)).map(({ id, accountId }) => [id, accountId]));
}

/** Posts what each account opens with, once for ever: a second start finds the same serial. */
export async function postOpenings(payments: PaymentService, points: readonly ConfiguredPoint[]): Promise<void> {
  const openings = points.flatMap(({ account, openingPayment }) =>
    openingPayment === undefined ? [] : [{ accountId: account.id, amount: openingPayment }],
  );
  const outcomes = await Promise.all(
    openings.map(({ accountId, amount }) =>
      payments.post({
        accountId,
        amount,
        channel: 'opening',
        channelSerial: accountId,
        channelDate: OPENING_DATE,
        idempotencyKey: `opening:${accountId}`,
        actor: CONFIGURATION,
      }),
    ),
  );
  const failed = outcomes.find((outcome) => !outcome.ok && outcome.error.code !== 'idempotency-mismatch');
  if (failed !== undefined && !failed.ok)
    throw new AppError('store-unavailable', 'an opening payment could not be posted', { code: failed.error.code });
}

/** An opening belongs to no day of a channel: its natural key is the account alone. */
const OPENING_DATE = '1970-01-01';
