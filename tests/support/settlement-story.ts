/** One meter point whose settlement is told as a story: its place, its price plan, its customers, its clock and its diary. */
import path from 'node:path';
import { loadPricePlan } from '../../src/config/price-plan.ts';
import type { ArchiveSubject, AspectName, AspectValues, Period, SettlementMethod } from '../../src/core/model/archive.ts';
import { BEGINNING } from '../../src/core/model/archive.ts';
import type { PricePlan } from '../../src/core/model/price-plan.ts';
import type { RegisterName } from '../../src/core/model/register.ts';
import { formatInstant, type Instant, plusMs } from '../../src/kernel/clock.ts';
import { type AccountId, asId, type EntryId, type MeterId } from '../../src/kernel/ids.ts';
import { power } from '../../src/kernel/units.ts';
import { CONTRACT_ASPECTS, changeOf } from './archive-facts.ts';
import { METER, POINT, planOf } from './core-facts.ts';
import { createGround, createWorld, type MemoryGround, type World } from './core-world.ts';
import { createRandom } from './random.ts';
import { createTrueMeters, HOUR_MS, type TrueMeters } from './settlement-story-meters.ts';

export interface Story {
  readonly seed: number;
  readonly kind: StoryKind;
  readonly ground: MemoryGround;
  /** Another one after each restart. */
  world: World;
  readonly meters: TrueMeters;
  readonly start: Instant;
  readonly below: (limit: number) => number;
  /** Whoever was ever supplied there, in order; the last one is now, unless closed. */
  readonly accounts: AccountId[];
  /** From when to when each of them was, as it was answered. */
  readonly supplied: { readonly accountId: AccountId; readonly from: Instant; to: Instant | undefined }[];
  /** Meters that ever hung there, by index. */
  readonly meterIds: MeterId[];
  hungSince: Instant;
  closed: boolean;
  /** Whether only true registers were told, of one meter at one ratio, all of them charged. */
  plain: boolean;
  /** Payments that may turn out to be mistakes. */
  readonly payments: EntryId[];
  readonly diary: string[];
  /** What was done how often. */
  readonly told: Map<string, number>;
  key(): string;
}

export type StoryKind = keyof typeof KINDS;
interface Kind {
  readonly plan: PricePlan;
  readonly rates: readonly number[];
  readonly reactive: boolean;
}

const TARIFFS = path.join(import.meta.dirname, '../../config/tariffs');
const FLAT = planOf('flat', { energy: '0.5' });
const KINDS = {
  flat: { plan: FLAT, rates: [], reactive: false },
  repriced: {
    plan: planOf('repriced', { energy: '0.5' }, { since: '2026-12-10T16:00:00Z', energy: '0.6137' }),
    rates: [],
    reactive: false,
  },
  periods: { plan: planOf('periods', { 'energy:peak': '0.83', 'energy:valley': '0.31' }), rates: [2, 4], reactive: false },
  steps: { plan: loadPricePlan(path.join(TARIFFS, 'beijing-residential-step.yaml')), rates: [], reactive: false },
  industry: { plan: loadPricePlan(path.join(TARIFFS, 'industrial-two-part.yaml')), rates: [1, 2, 3, 4, 5], reactive: true },
} as const satisfies Record<string, Kind>;
/** Other tariffs that the archive may name for a place whose total alone counts. */
export const OTHER_TARIFFS: readonly PricePlan[] = [FLAT, planOf('dear', { energy: '0.71' })];

export const CLERK = asId<never>('clerk');
/** Long enough that a winter's readings are believed to be final. */
const FRESH_MS = [72 * HOUR_MS, 90 * 24 * HOUR_MS];

export async function createStory(seed: number): Promise<Story> {
  const { below } = createRandom(seed);
  const kinds = Object.keys(KINDS) as StoryKind[];
  const kind = kinds[below(kinds.length)] ?? 'flat';
  const ground = await createGround();
  const start = ground.clock.now();
  const freshnessMs = FRESH_MS[below(2)] ?? HOUR_MS;
  const meters = createTrueMeters({ seed, start, ...KINDS[kind], nearItsEnd: below(3) === 0 });
  let keys = 0;
  const story: Story = {
    ...{ seed, kind, ground, meters, start, below, hungSince: start, closed: false, plain: true },
    world: await startGateway(ground, kind, freshnessMs, METER.id),
    accounts: [POINT.accountId],
    supplied: [{ accountId: POINT.accountId, from: start, to: undefined }],
    meterIds: [METER.id],
    payments: [],
    diary: [],
    told: new Map(),
    key: () => `story-${++keys}`,
  };
  await begin(story);
  return story;
}

/** The gateway is started on what is stored, with the meter that hangs there now. */
async function startGateway(ground: MemoryGround, kind: StoryKind, freshnessMs: number, meterId: MeterId): Promise<World> {
  const { plan } = KINDS[kind];
  const world = await createWorld({
    ground,
    plan,
    rules: { freshnessMs },
    point: { maxPower: power(100_000_000n), tariff: plan.id },
    meter: { id: meterId, address: addressOf(meterId) },
  });
  world.configure({ ...world.terms, planOf: (id) => [plan, ...OTHER_TARIFFS].find((each) => each.id === id) });
  return world;
}

export const addressOf = (meterId: MeterId): string => meterId.replace(/\D/g, '').padStart(12, '0');

export async function restart(story: Story): Promise<void> {
  const { freshnessMs } = story.world.terms.rules;
  story.world = await startGateway(story.ground, story.kind, freshnessMs, story.meterIds.at(-1) ?? METER.id);
}

/** Most have a contract from the beginning on; some places are known by the configuration alone. */
async function begin(story: Story): Promise<void> {
  const { below, kind } = story;
  await say(story, 'customer:c2', 'identity', [{ from: BEGINNING, value: { name: 'the next one' } }]);
  const method = ([undefined, 'prepay', 'after-reading', 'instalments'] as const)[below(4)];
  if (method !== undefined) await conclude(story, method);
  if (kind === 'industry') await sayIndustry(story);
  note(story, 'begins', `${kind}, ${method ?? 'without a contract'}`);
}

async function conclude(story: Story, settlementMethod: SettlementMethod): Promise<void> {
  const { terms, ...rest } = CONTRACT_ASPECTS;
  const cycle = settlementMethod === 'instalments' ? { cycle: { readingDay: 1, instalmentDays: [11, 21] } } : {};
  await story.world.commit(
    { kind: 'archiveChange', change: changeOf('customer:c1', { identity: { name: 'the first one' } }) },
    { kind: 'archiveChange', change: changeOf('contract:ht1', { ...rest, ...cycle, terms: { ...terms, settlementMethod } }) },
    { kind: 'archiveChange', change: changeOf('meterPoint:p1', { contract: { contractId: asId('ht1') } }) },
  );
}

async function sayIndustry({ world, below }: Story): Promise<void> {
  const demand = below(2) === 0 ? { demand: { contractedWatts: 80_000 } } : {};
  const aspects = {
    class: { customerClass: 'industrial' },
    capacity: { voltAmperes: 100_000 },
    metering: { side: 'low' },
    ...demand,
  } as const;
  await world.commit({ kind: 'archiveChange', change: changeOf('meterPoint:p1', aspects) });
}

/** Puts one aspect right, over all time. */
export async function say<Name extends AspectName>(
  { world }: Story,
  subject: ArchiveSubject,
  aspect: Name,
  periods: readonly Period<AspectValues[Name]>[],
): Promise<void> {
  const change = { ...changeOf(subject, {}), at: world.clock.now(), aspects: [{ aspect, periods }] as never };
  await world.commit({ kind: 'archiveChange', change });
}

/** Writes down what was done, for who looks for the reason of a failure. */
export function note(story: Story, what: string, detail = ''): void {
  story.told.set(what, (story.told.get(what) ?? 0) + 1);
  story.diary.push(`${formatInstant(story.world.clock.now())} ${what} ${detail}`.trimEnd());
}

export const accountNow = ({ accounts }: Story): AccountId => accounts.at(-1) ?? POINT.accountId;

/** An instant of the last days, on a full hour. */
export function lately({ world, below }: Story, days: number): Instant {
  return plusMs(world.clock.now(), -below(days * 24) * HOUR_MS);
}

/** Stores what the meter that hangs there stood at; returns whether anything was told. */
export async function read(story: Story, at: Instant, isTold: (register: RegisterName) => boolean = () => true): Promise<boolean> {
  const registers = [...story.meters.at(story.meterIds.length - 1, at)].filter(([register]) => isTold(register));
  const answers = registers.map(([register, unscaled]) => ({
    ...{ register, value: { unscaled, scale: 2 }, readAt: at },
    unit: register.startsWith('1-0:1') ? ('kWh' as const) : ('kvarh' as const),
  }));
  if (answers.length > 0) await story.world.metering.record({ meterPointId: POINT.id, answers, relay: undefined });
  return answers.length > 0;
}
