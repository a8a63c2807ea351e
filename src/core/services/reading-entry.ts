import { type Clock, formatInstant, type Instant } from '../../kernel/clock.ts';
import type { Actor, MeterId, MeterPointId, NewId } from '../../kernel/ids.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { type Energy, formatEnergy, NO_MONEY } from '../../kernel/units.ts';
import { judgeBetween } from '../metering/judge.ts';
import { subjectOf } from '../model/archive.ts';
import type { Fact } from '../model/fact.ts';
import { registersOf } from '../model/plan-registers.ts';
import type { Reading } from '../model/reading.ts';
import type { RegisterName } from '../model/register.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { accrue, accrueForNobody } from './accrue.ts';
import { type BillingTerms, groundOf } from './billing-ground.ts';
import type { Built, Decisions } from './decisions.ts';
import { createKeyGate, type KeyError, type Once } from './idempotency.ts';
import { openPeriod } from './open-period.ts';
import type { Situations } from './situations.ts';

/** What a person says a register stood at: read on site, at a meter's removal, or misread before. */
export interface ReadingOrder {
  readonly meterId: MeterId;
  readonly register: RegisterName;
  /** Before the ratio. */
  readonly value: Energy;
  readonly measuredAt: Instant;
  readonly reason: string;
  readonly idempotencyKey: string;
  readonly actor: Actor;
}

export type ReadingError =
  | KeyError
  | { readonly code: 'not-found' | 'conflict' }
  | { readonly code: 'bad-request'; readonly expected: string }
  | { readonly code: 'reading-not-believable'; readonly detail: string };

export interface ReadingEntry {
  /** Stores it in the place of what stood there, and charges by it: the open period at once, settled ones by their review. */
  enter(order: ReadingOrder): Promise<Result<Once<Reading>, ReadingError>>;
}

export interface ReadingEntryDeps {
  readonly store: Store;
  readonly situations: Situations;
  readonly decisions: Decisions;
  readonly clock: Clock;
  readonly newId: NewId;
}

export function createReadingEntry(deps: ReadingEntryDeps): ReadingEntry {
  const gate = createKeyGate();
  return { enter: (order) => gate(order.idempotencyKey, async () => (await findEarlier(deps.store, order)) ?? enter(deps, order)) };
}

async function findEarlier(store: Store, order: ReadingOrder): Promise<Result<Once<Reading>, ReadingError> | undefined> {
  const known = await store.read('idempotencyKey', { key: order.idempotencyKey });
  if (known === undefined) return undefined;
  const { same } = await store.read('readingsAround', { ...order, at: order.measuredAt });
  return known.fingerprint === printOf(order) && same !== undefined
    ? ok({ value: same, replayed: true })
    : err({ code: 'idempotency-mismatch' });
}

async function enter(deps: ReadingEntryDeps, order: ReadingOrder): Promise<Result<Once<Reading>, ReadingError>> {
  const { store, situations, decisions, clock } = deps;
  const { meterId, register, value, measuredAt } = order;
  const meterPointId = await store.read('meterPointAt', { meterId, at: measuredAt });
  if (meterPointId === undefined || !situations.knows(meterPointId) || measuredAt > clock.now()) return err({ code: 'not-found' });
  const facts = await situations.load(meterPointId);
  const charged = registersCharged(facts, situations.termsOf(meterPointId));
  if (!charged.has(register)) return err({ code: 'bad-request', expected: `one that is charged there: ${[...charged].join(', ')}` });
  const { before, after } = await store.read('readingsAround', { meterId, register, at: measuredAt });
  const { quality, reason } = judgeBetween(before, { value, measuredAt }, after, facts.meterPoint.maxPower);
  if (quality !== 'good')
    return err({
      code: 'reading-not-believable',
      detail: `${register} ${formatEnergy(value)} kWh at ${formatInstant(measuredAt)}: ${reason}`,
    });
  const reading: Reading = { meterId, register, value, measuredAt, heardAt: clock.now(), quality, reason: '' };
  const isStored = await decisions.commit(meterPointId, (fresh) => build(deps, fresh, meterPointId, reading, order));
  return isStored ? ok({ value: reading, replayed: false }) : err({ code: 'conflict' });
}

/** By any tariff that the place has had or will have: a reading of another register would change nothing. */
function registersCharged({ meterPoint, archive }: MeterPointFacts, { plan, planOf }: BillingTerms): ReadonlySet<RegisterName> {
  const subject = subjectOf('meterPoint', meterPoint.id);
  const named = archive.map((fact) => (fact.subject === subject && 'tariff' in fact.value ? planOf(fact.value.tariff) : undefined));
  return new Set([plan, ...named].flatMap((each) => (each === undefined ? [] : registersOf(each).wanted)));
}

async function build(
  { store, situations, clock, newId }: ReadingEntryDeps,
  facts: MeterPointFacts,
  meterPointId: MeterPointId,
  reading: Reading,
  { actor, reason, idempotencyKey, ...order }: ReadingOrder,
): Promise<Built> {
  const at = clock.now();
  const own: Fact[] = [
    { kind: 'idempotencyKey', key: idempotencyKey, fingerprint: printOf(order), resource: `reading:${reading.meterId}`, at },
    { kind: 'readingEntered', reading, actor, reason },
    { kind: 'review', meterPointId, at, reason: `${reading.register} of ${formatInstant(reading.measuredAt)} was entered: ${reason}` },
  ];
  const { accrual } = facts;
  if (accrual === undefined) return { facts: own, overlay: {} };
  const terms = situations.termsOf(meterPointId);
  const period = await openPeriod(store, facts, terms, [reading]);
  if (facts.account.account.state === 'closed') {
    const begun = period && accrueForNobody(accrual, period.ground, [reading], (from) => groundOf(facts, terms, from));
    return { facts: own, overlay: { accrual: begun ?? accrual } };
  }
  const accrued =
    period && accrue({ meterPointId, accrual, ...period, readings: [reading], stamp: () => ({ id: newId('ent'), at, actor }) });
  const entries = (accrued?.entries ?? []).map((entry): Fact => ({ kind: 'entry', entry }));
  return { facts: [...own, ...entries], overlay: { accrual: accrued?.accrual ?? accrual, credit: accrued?.credit ?? NO_MONEY } };
}

const printOf = ({ meterId, register, value, measuredAt }: Pick<ReadingOrder, 'meterId' | 'register' | 'value' | 'measuredAt'>): string =>
  JSON.stringify(['reading', meterId, register, value.toString(), measuredAt]);
