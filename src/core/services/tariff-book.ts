/** Which prices held when: those of the configuration are dated by the archive, those of a file date themselves. */
import { AppError } from '../../kernel/app-error.ts';
import { canonicalJson, isSameJson } from '../../kernel/canonical-json.ts';
import type { Instant } from '../../kernel/clock.ts';
import { parsePrice, price } from '../../kernel/units.ts';
import { periodAt, withPeriod } from '../archive/timeline.ts';
import {
  type ArchiveSubject,
  type AspectTimeline,
  type AspectValues,
  BEGINNING,
  type DatedFact,
  subjectOf,
  type Timeline,
} from '../model/archive.ts';
import type { Fact } from '../model/fact.ts';
import type { PricePlan } from '../model/price-plan.ts';
import { statedPlan } from '../model/stated-plan.ts';
import type { Store } from '../ports/store.ts';
import { CONFIGURATION } from './configured-facts.ts';

/** A tariff as the configuration says it. */
export interface SaidTariff {
  readonly plan: PricePlan;
  /** Where it says prices alone. */
  readonly rates: AspectValues['rates']['rates'] | undefined;
}

/**
 * Brings what is known of tariffs to what the configuration says. Prices that it says for the first time hold since ever, other ones
 * from now on; where a person has dated them otherwise, he is believed. A file that says something else than it did is looked at for
 * every bill that was made by it.
 *
 * @returns every plan with its dated prices, by id
 */
export async function storeTariffs(store: Store, tariffs: Iterable<SaidTariff>, now: Instant): Promise<ReadonlyMap<string, PricePlan>> {
  const plans = new Map<string, PricePlan>();
  for (const said of tariffs)
    plans.set(
      said.plan.id,
      said.rates === undefined ? await notePlanFile(store, said.plan, now) : await datedPlan(store, said.plan.id, said.rates, now),
    );
  return plans;
}

/** The same without a word to the store: as prices are known to it, else as the configuration says them. */
export function plansKnown(facts: readonly DatedFact[], tariffs: Iterable<SaidTariff>): ReadonlyMap<string, PricePlan> {
  return new Map(
    [...tariffs].map(({ plan }): [string, PricePlan] => {
      const timeline = timelineIn<'rates'>(
        facts.filter(({ subject, aspect }) => subject === subjectOf('tariff', plan.id) && aspect === 'rates'),
      );
      return [plan.id, timeline.length === 0 ? plan : planOf(plan.id, timeline)];
    }),
  );
}

async function datedPlan(store: Store, id: string, rates: AspectValues['rates']['rates'], now: Instant): Promise<PricePlan> {
  const subject = subjectOf('tariff', id);
  const stated = (await store.read('archiveStated', { aspects: ['rates'] })).filter((fact) => fact.subject === subject);
  const believed = timelineIn<'rates'>(stated);
  const isOurs = stated.every(({ actor }) => actor === CONFIGURATION);
  const isSame = isSameJson(periodAt(believed, now)?.value.rates, rates);
  const timeline = isSame || !isOurs ? believed : withPeriod(believed, { from: believed.length === 0 ? BEGINNING : now, value: { rates } });
  if (timeline !== believed) await commit(store, [saying(subject, { aspect: 'rates', periods: timeline }, now)]);
  return planOf(id, timeline);
}

const planOf = (id: string, timeline: Timeline<AspectValues['rates']>): PricePlan =>
  statedPlan(
    id,
    canonicalJson(timeline),
    timeline.map(({ from, value }) => ({
      from,
      prices: new Map(value.rates.map((rate) => [rate.component, priceOf(rate.price)])),
    })),
  );

/** Checked where they were entered. */
function priceOf(text: string) {
  const parsed = parsePrice(text);
  return parsed.ok ? parsed.value : price(0n);
}

async function notePlanFile(store: Store, plan: PricePlan, now: Instant): Promise<PricePlan> {
  const subject = subjectOf('tariff', plan.id);
  const believed = timelineIn<'planFile'>(
    (await store.read('archiveView', { subject }))?.facts.filter(({ aspect }) => aspect === 'planFile') ?? [],
  );
  if (periodAt(believed, now)?.value.digest === plan.digest) return plan;
  const timeline = withPeriod(believed, { from: believed.length === 0 ? BEGINNING : now, value: { digest: plan.digest } });
  const charged = believed.length === 0 ? [] : await chargedBy(store, plan.id);
  const reviews = charged.map(
    (meterPointId): Fact => ({ kind: 'review', meterPointId, at: now, reason: `the file of price plan ${plan.id} has changed` }),
  );
  await commit(store, [saying(subject, { aspect: 'planFile', periods: timeline }, now), ...reviews]);
  return plan;
}

async function chargedBy(store: Store, tariff: string) {
  const points = (await store.read('archiveStated', { aspects: ['tariff'] })).filter(
    ({ aspect, value }) => aspect === 'tariff' && 'tariff' in value && value.tariff === tariff,
  );
  const subjects = new Set(points.map(({ subject }) => subject));
  return (await store.read('archive', {})).meterPoints.map(({ id }) => id).filter((id) => subjects.has(subjectOf('meterPoint', id)));
}

function timelineIn<Name extends 'rates' | 'planFile'>(facts: readonly DatedFact[]): Timeline<AspectValues[Name]> {
  return facts.map(({ from, to, value }) => ({ from, to, value: value as AspectValues[Name] }));
}

const saying = (subject: ArchiveSubject, timeline: AspectTimeline, at: Instant): Fact => ({
  kind: 'archiveChange',
  change: { subject, at, actor: CONFIGURATION, reason: 'as configured', aspects: [timeline] },
});

async function commit(store: Store, facts: readonly Fact[]): Promise<void> {
  const outcome = await store.commit({ facts });
  if (outcome.status !== 'committed')
    throw new AppError('store-unavailable', 'the tariffs could not be stored', { outcome: outcome.status });
}
