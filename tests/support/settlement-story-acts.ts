/** What may happen at a meter point whose settlement is told: registers, meters, the archive, customers, and the jobs that run late or twice. */

import type { SettlementMethod } from '../../src/core/model/archive.ts';
import { BEGINNING, type Period } from '../../src/core/model/archive.ts';
import { ENERGY_TOTAL } from '../../src/core/model/register.ts';
import { formatInstant, type Instant, instantOf } from '../../src/kernel/clock.ts';
import { asId } from '../../src/kernel/ids.ts';
import { CONTRACT_ASPECTS } from './archive-facts.ts';
import { instant, METER, POINT } from './core-facts.ts';
import { accountNow, addressOf, CLERK, lately, note, OTHER_TARIFFS, read, restart, type Story, say } from './settlement-story.ts';
import { HOUR_MS } from './settlement-story-meters.ts';
import { pay, payDebts } from './settlement-story-money.ts';

export type Act = (story: Story) => Promise<void>;

const MONTHS: readonly Instant[] = [
  instant('2026-11-30T16:00:00Z'),
  instant('2026-12-31T16:00:00Z'),
  instant('2027-01-31T16:00:00Z'),
  instant('2027-02-28T16:00:00Z'),
];

export async function poll(story: Story): Promise<void> {
  note(story, 'read');
  await read(story, story.world.clock.now());
}

export async function pollPartly(story: Story): Promise<void> {
  note(story, 'read partly');
  await read(story, story.world.clock.now(), () => story.below(2) === 0);
}

/** A concentrator brings what it could not send. */
export async function readLate(story: Story): Promise<void> {
  const at = lately(story, 60);
  if (at <= Math.max(story.start, story.hungSince)) return;
  note(story, 'read late', formatInstant(at));
  await read(story, at);
}

/** The register that a meter froze at the end of a month comes in. */
export async function readFrozen(story: Story): Promise<void> {
  const { world, below, hungSince } = story;
  const over = MONTHS.filter((at) => at < world.clock.now() && at > hungSince);
  const at = over[below(Math.max(1, over.length))];
  if (at === undefined) return;
  note(story, 'frozen', formatInstant(at));
  await read(story, at);
}

/** A person enters a register, rightly or misread; who misread it may put it right later. */
export async function enterReading(story: Story): Promise<void> {
  const { world, below, meters, meterIds } = story;
  const at = lately(story, 60);
  if (at <= Math.max(story.start, story.hungSince)) return;
  const off = BigInt(below(3) === 0 ? below(200) - 100 : 0);
  const order = { register: ENERGY_TOTAL, measuredAt: at, reason: 'read on site', actor: CLERK };
  const meterId = meterIds.at(-1) ?? METER.id;
  const enter = (value: bigint) =>
    world.readingEntry.enter({ meterId, ...order, value: meters.total(meterIds.length - 1, at, value), idempotencyKey: story.key() });
  const entered = await enter(off);
  note(story, 'entered', `${formatInstant(at)} off by ${off}: ${entered.ok ? 'stored' : entered.error.code}`);
  if (off === 0n || !entered.ok) return;
  story.plain = false;
  if (below(2) === 0) return;
  await runJobs(story);
  const righted = await enter(0n);
  note(story, 'righted', `${formatInstant(at)}: ${righted.ok ? 'stored' : righted.error.code}`);
}

export async function changeRatio(story: Story): Promise<void> {
  const { world, below } = story;
  const since = below(2) === 0 ? world.clock.now() : lately(story, 70);
  const current = 1 + below(3);
  note(story, 'ratio', `${current} since ${formatInstant(since)}`);
  story.plain = false;
  await say(story, 'meterPoint:p1', 'ratio', [
    { from: BEGINNING, to: since, value: { current: 1, voltage: 1 } },
    { from: since, value: { current, voltage: 1 } },
  ]);
}

export async function replaceMeter(story: Story): Promise<void> {
  const { world, below, meterIds } = story;
  const id = asId<(typeof meterIds)[number]>(`m${meterIds.length + 1}`);
  note(story, 'meter', id);
  story.plain = false;
  meterIds.push(id);
  story.hungSince = world.clock.now();
  await world.commit({ kind: 'meter', meter: { ...METER, id, address: addressOf(id) } });
  if (below(2) === 0) await read(story, world.clock.now());
}

/** It was replaced somewhat earlier or later than believed. */
export async function correctInstallation(story: Story): Promise<void> {
  const { world, below } = story;
  const [installed] = await world.store.read('installedMeters', { meterPointIds: [POINT.id], meterIds: [] });
  const spans = installed?.spans ?? [];
  if (spans.length < 2) return;
  const shift = (below(60) - 50) * HOUR_MS;
  const meters = spans.map(({ meterId, from }, index) => ({
    meterId,
    from: index === 0 ? undefined : instantOf(index === spans.length - 1 ? Math.min(world.clock.now(), from + shift) : from),
  }));
  const order = { places: [{ meterPointId: POINT.id, meters }], reason: 'it was another hour', idempotencyKey: story.key(), actor: CLERK };
  const outcome = await world.installations.correct(order);
  note(story, 'installed', `${shift / HOUR_MS} h: ${outcome.ok ? 'stored' : outcome.error.code}`);
}

/** Another tariff, mostly from now on, sometimes dated back. */
export async function changeTariff(story: Story): Promise<void> {
  const { world, below, kind } = story;
  if (kind === 'industry' || kind === 'periods') return;
  const since = below(3) > 0 ? world.clock.now() : lately(story, 40);
  const tariff = OTHER_TARIFFS[below(OTHER_TARIFFS.length)]?.id ?? 'flat';
  note(story, 'tariff', `${tariff} since ${formatInstant(since)}`);
  const first = world.terms.plan.id;
  await say(story, 'meterPoint:p1', 'tariff', [
    { from: BEGINNING, to: since, value: { tariff: first } },
    { from: since, value: { tariff } },
  ]);
}

/** What the meter measured as the most is told after the month, and corrected now and then. */
export async function tellDemand(story: Story): Promise<void> {
  const { world, below, kind } = story;
  if (kind !== 'industry') return;
  const over = MONTHS.filter((at) => at < world.clock.now());
  const periods: Period<{ contractedWatts: number; measuredWatts?: number }>[] = over.map((to, index) => ({
    from: over[index - 1] ?? BEGINNING,
    to,
    value: { contractedWatts: 80_000, measuredWatts: 60_000 + below(40_000) },
  }));
  note(story, 'demand', `${over.length} months`);
  await say(story, 'meterPoint:p1', 'demand', [...periods, { from: over.at(-1) ?? BEGINNING, value: { contractedWatts: 80_000 } }]);
}

export async function changeCapacity(story: Story): Promise<void> {
  if (story.kind !== 'industry') return;
  const since = lately(story, 40);
  note(story, 'capacity', formatInstant(since));
  await say(story, 'meterPoint:p1', 'capacity', [
    { from: BEGINNING, to: since, value: { voltAmperes: 100_000 } },
    { from: since, value: { voltAmperes: 160_000 + story.below(3) * 40_000 } },
  ]);
}

/** A contract is settled otherwise from now on or since some time: who prepaid pays after reading, or the other way round. */
export async function changeTerms(story: Story): Promise<void> {
  const { world, below, closed } = story;
  const { contractId } = (await world.store.read('archiveView', { subject: 'meterPoint:p1' }))?.facts
    .flatMap((fact) => (fact.aspect === 'contract' && fact.to === undefined ? [fact.value as { contractId: string }] : []))
    .at(-1) ?? { contractId: undefined };
  if (contractId === undefined || closed) return;
  const since = below(2) === 0 ? world.clock.now() : lately(story, 40);
  const method = (): SettlementMethod => (below(2) === 0 ? 'prepay' : 'after-reading');
  const [before, after] = [method(), method()];
  note(story, 'terms', `${contractId}: ${before}, ${after} since ${formatInstant(since)}`);
  await say(story, `contract:${contractId}`, 'terms', [
    { from: BEGINNING, to: since, value: { ...CONTRACT_ASPECTS.terms, settlementMethod: before } },
    { from: since, value: { ...CONTRACT_ASPECTS.terms, settlementMethod: after } },
  ]);
}

export async function handOver(story: Story): Promise<void> {
  const { world, below, accounts } = story;
  const number = accounts.length + 1;
  const [contractId, accountId] = [asId<never>(`ht${number}`), asId<never>(`a${number}`)];
  if (below(3) === 0 && (await world.store.read('archiveView', { subject: `contract:${contractId as string}` })) === undefined)
    await say(story, `contract:${contractId as string}`, 'terms', [
      { from: BEGINNING, value: { ...CONTRACT_ASPECTS.terms, settlementMethod: 'after-reading' } },
    ]);
  const outcome = await world.supplyChanges.run({
    ...{ kind: 'transfer', contractId, customerId: asId('c2'), accountId, meterPointId: POINT.id },
    ...{ reason: 'moved', actor: CLERK, idempotencyKey: story.key() },
  });
  note(
    story,
    story.closed ? 'back' : 'transfer',
    outcome.ok ? `${accountId} at ${formatInstant(outcome.value.value.cutAt)}` : outcome.error.code,
  );
  if (!outcome.ok) return;
  const { cutAt } = outcome.value.value;
  endSupply(story, cutAt);
  accounts.push(accountId);
  story.supplied.push({ accountId, from: cutAt, to: undefined });
  story.closed = false;
  story.plain = false;
  await pay(story);
}

function endSupply({ supplied, closed }: Story, at: Instant): void {
  const last = supplied.at(-1);
  if (last !== undefined && !closed) last.to = at;
}

export async function closeSupply(story: Story): Promise<void> {
  if (story.closed) return handOver(story);
  const order = { kind: 'closing', meterPointId: POINT.id, reason: 'moved out', actor: CLERK, idempotencyKey: story.key() } as const;
  const outcome = await story.world.supplyChanges.run(order);
  note(story, 'closing', outcome.ok ? `${accountNow(story)} at ${formatInstant(outcome.value.value.cutAt)}` : outcome.error.code);
  if (!outcome.ok) return;
  endSupply(story, outcome.value.value.cutAt);
  story.closed = true;
  story.plain = false;
  // Whoever asks twice is answered the same.
  await story.world.supplyChanges.run(order);
}

export async function startAnew(story: Story): Promise<void> {
  note(story, 'restart');
  await restart(story);
}

/** The day's end comes when it comes, and may come twice. */
export async function endDay(story: Story): Promise<void> {
  note(story, 'day end', `${await story.world.charges.closeDays()}`);
  if (story.below(2) === 0) await story.world.charges.closeDays();
}

export async function runJobs(story: Story): Promise<void> {
  await story.world.holds.expireDue();
  const settled = await story.world.settlement.run();
  if (settled > 0) note(story, 'settled', `${settled}`);
  const corrected = await story.world.settlement.review();
  if (corrected > 0) note(story, 'corrected', `${corrected}`);
  await payDebts(story);
}
