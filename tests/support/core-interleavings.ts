/** A payment that races a trip: every door of the store and every word with the meter is a point at which another may go first. */
import fc from 'fast-check';
import { paymentEntry } from '../../src/core/ledger/entries.ts';
import { ENERGY_TOTAL } from '../../src/core/model/register.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { formatInstant, plusMs } from '../../src/kernel/clock.ts';
import { asId } from '../../src/kernel/ids.ts';
import { businessDayOf } from '../../src/kernel/local-time.ts';
import { openAccrual, rated } from './accruals.ts';
import { kwh, noticeOf, readingOf, reportOf, yuan, yuanPerKwh } from './core-facts.ts';
import type { Fate } from './core-scripted-meters.ts';
import { createGround, createWorld, type Ground, type MemoryGround, type World } from './core-world.ts';

export interface Story {
  /** How far the trip has come when the race begins. */
  readonly trip: 'about to be decided' | 'queued' | 'sent';
  readonly restoreBy: 'close' | 'arm';
  /** Payments that race it; the last one is always enough. */
  readonly payments: readonly string[];
  /** Scheduled points that pass before the first payment. */
  readonly patience: number;
  /** Scheduled points that pass between what a payment, or the `sent` or the voiding of a command, rests on and its commit. */
  readonly slowness: { readonly payment: number; readonly sent: number };
  /** Polls that race it as well. */
  readonly polls: number;
  /** What becomes of the first relay frames. */
  readonly fates: readonly Fate[];
}

export const anyStory: fc.Arbitrary<Story> = fc.record({
  trip: fc.constantFrom('about to be decided', 'queued', 'sent'),
  restoreBy: fc.constantFrom('close', 'arm'),
  payments: fc.constantFrom(['20'], ['0.20', '20'], ['1', '20']),
  patience: fc.constantFrom(0, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30),
  slowness: fc.record({ payment: fc.constantFrom(0, 5, 15), sent: fc.constantFrom(0, 5, 15) }),
  polls: fc.integer({ min: 0, max: 2 }),
  fates: fc.array(fc.constantFrom<Fate>('obeyed', 'reply-lost', 'request-lost', 'line-down', 'late'), { maxLength: 3 }),
});

/** Rounds of the command loop in one race: a bound, far above what any story needs. */
const ROUNDS = 200;

/** How long the rule set lets a relay take to open. */
const SETTLE_MS = 10_000;

/** Races that one store sees before it is changed for a fresh one. */
const RACES_A_STORE = 25;
/** Each race has a day of its own, so that the trip limiter knows nothing of the one before. */
const DAY_MS = 86_400_000;

/** Gives each race a place of its own, on a store that is made anew from time to time: migrating one costs more than a race. */
export function createCourse() {
  let ground: MemoryGround | undefined;
  let races = 0;
  return async (): Promise<{ readonly ground: MemoryGround; readonly place: string }> => {
    if (races++ % RACES_A_STORE === 0) {
      await ground?.store.close();
      ground = undefined;
    }
    ground ??= await createGround();
    await ground.clock.advance(DAY_MS);
    return { ground, place: String(races) };
  };
}

/** Runs one story in the scheduler's order; returns what does not hold, an empty list where all does. */
export async function race(
  { ground, place }: { readonly ground: Ground; readonly place: string },
  scheduler: fc.Scheduler,
  story: Story,
): Promise<readonly string[]> {
  const turn = { scheduled: false };
  const wait = (label: string) => (turn.scheduled ? scheduler.schedule(Promise.resolve(), label) : Promise.resolve());
  const before = ground.lastSeq();
  const world = await createWorld({
    ground,
    point: { id: asId(`p${place}`), accountId: asId(`a${place}`), restoreBy: story.restoreBy },
    around: (store) => atScheduledDoors(store, wait, story.slowness),
  });
  await stage(world);
  if (story.trip !== 'about to be decided') await world.poll();
  if (story.trip === 'sent') await world.run(1);
  world.meter.fates.push(...story.fates);
  world.meters.hop = (what, when) => wait(`${what} ${when}`);
  turn.scheduled = true;
  await scheduler.waitFor(raceOf(world, story, wait));
  turn.scheduled = false;
  world.meters.hop = () => undefined;
  return judge(world, before);
}

/** An account that is out of money, warned and given notice, in one batch: all that the next poll needs for a trip. */
export async function stage({ commit, clock, meter, facts }: World): Promise<void> {
  const { meterPoint, meter: at } = await facts();
  const { accountId } = meterPoint;
  const now = clock.now();
  const opened = plusMs(now, -3_600_000);
  const notice = { meterPointId: meterPoint.id, accountId, queuedAt: now, settledAt: now };
  const paid = { accountId, amount: yuan('1.00'), channel: 'opening', channelSerial: accountId, channelDate: '2026-11-01' };
  meter.register = 10_300n;
  await commit(
    { kind: 'entry', entry: paymentEntry({ id: asId(`ent-${accountId}`), at: now, actor: asId('teller') }, paid) },
    { kind: 'reading', reading: readingOf('100', opened, { meterId: at.id }) },
    { kind: 'reading', reading: readingOf('103', now, { meterId: at.id }) },
    {
      kind: 'accrual',
      accrual: openAccrual(
        {
          periodId: formatInstant(opened),
          from: opened,
          points: [
            { meterId: at.id, register: ENERGY_TOTAL, at: opened, value: kwh('100') },
            { meterId: at.id, register: ENERGY_TOTAL, at: now, value: kwh('103') },
          ],
          latestAt: now,
          rated: [rated('energy', kwh('3'), yuanPerKwh('0.5'))],
          businessDay: businessDayOf(now, meterPoint.zone),
        },
        { meterPointId: meterPoint.id, accountId },
      ),
    },
    { kind: 'relayReport', meterId: at.id, report: reportOf('closed', { readAt: now }), loadSide: 'silent' },
    { kind: 'crossing', crossing: { meterPointId: meterPoint.id, number: 1, below: true, at: now } },
    { kind: 'notice', notice: noticeOf('low-balance', { ...notice, id: asId(`low-${meterPoint.id}`) }) },
    { kind: 'notice', notice: noticeOf('stop-pending', { ...notice, id: asId(`stop-${meterPoint.id}`) }) },
  );
}

export const atScheduledDoors = (store: Store, wait: (label: string) => Promise<void>, slowness: Story['slowness']): Store => ({
  async read(name, ask) {
    await wait(`read ${name}`);
    return store.read(name, ask);
  },
  async commit(batch) {
    const label = batch.facts.map((fact) => (fact.kind === 'commandMove' ? fact.move.to : fact.kind)).join('+');
    const points = label.includes('payment') ? slowness.payment : /sent|superseded/.test(label) ? slowness.sent : 0;
    for (let point = 0; point < points; point++) await wait(`before ${label}`);
    await wait(`commit ${label}`);
    const outcome = await store.commit(batch);
    await wait(`${outcome.status} ${label}`);
    return outcome;
  },
  close: () => store.close(),
});

async function raceOf(world: World, { trip, payments, patience, polls }: Story, wait: (label: string) => Promise<void>): Promise<void> {
  let racing = true;
  const others = [
    (async () => {
      for (let point = 0; point < patience; point++) await wait('the customer is on his way');
      for (const amount of payments) await world.pay(amount);
    })(),
    ...Array.from({ length: polls + (trip === 'about to be decided' ? 1 : 0) }, () => world.poll()),
  ];
  const loop = commandLoop(world, () => racing);
  await Promise.all(others);
  racing = false;
  await loop;
  // What is still read back then is a relay that might have opened late.
  world.clock.stepWall(SETTLE_MS);
  await commandLoop(world, () => false);
}

/** The command loop: one step at a time for the meter, restores first, from a list that may be out of date when the step begins. */
async function commandLoop(world: World, racing: () => boolean): Promise<void> {
  let open = await world.openCommands();
  for (let round = 0; round < ROUNDS; round++) {
    const [command] = open;
    if (command === undefined && !racing()) return;
    if (world.meter.relay === 'armed') world.meter.press();
    const stepping = command === undefined ? undefined : world.runner.advance(command);
    const [listed, step] = await Promise.all([world.openCommands(), stepping]);
    if (step === 'waiting' && !racing() && world.meter.relay !== 'armed') return;
    open = listed.length === 0 ? await world.openCommands() : listed;
  }
}

async function judge(world: World, since: number): Promise<readonly string[]> {
  const wrong: string[] = [];
  const { meter } = world;
  if (meter.relay !== 'closed') wrong.push(`the relay is ${meter.relay} after the race`);
  const { openCommands: left, openCases, account } = await world.facts();
  if (left.length > 0) wrong.push(`still open: ${left.map(({ action, state }) => `${action} ${state}`).join(', ')}`);
  if (openCases.length > 0) wrong.push(`cases: ${openCases.map(({ kind }) => kind).join(', ')}`);
  if (account.balance - account.accrued < 0n) wrong.push('money is missing');

  const events = await world.store.read('events', { after: since, limit: 10_000, types: ['payment.received', 'command.sent'] });
  const paidAt = events.findLast(({ type }) => type === 'payment.received')?.seq ?? Number.POSITIVE_INFINITY;
  const sentLate = events.filter(({ type, seq, data }) => type === 'command.sent' && seq > paidAt && data.action === 'trip');
  if (sentLate.length > 0) wrong.push('the `sent` of a trip was committed after the payment');

  wrong.push(...repeatedBlindly(meter));
  await world.poll();
  const after = await world.facts();
  if (after.relay.reported !== meter.relay) wrong.push(`we believe ${after.relay.reported}, the meter is ${meter.relay}`);
  if (after.openCommands.length > 0) wrong.push(`a quiet poll asks for ${after.openCommands.map(({ action }) => action).join(', ')}`);
  return wrong;
}

/** Between two equal frames there is always an answered read-back that shows the relay where the first frame should have moved it from. */
function repeatedBlindly({ frames, readBacks }: World['meter']): readonly string[] {
  return frames.flatMap(({ action }, index) => {
    const before = frames[index - 1];
    if (before === undefined || before.action !== action) return [];
    const unchanged = action === 'trip' ? 'closed' : 'open';
    const isProven = readBacks.some(({ afterFrames, relay }) => afterFrames === index && relay === unchanged);
    return isProven ? [] : [`${action} was repeated without an answered read-back`];
  });
}

/** Every one of `runs` stories and interleavings must end well; a failure prints the seed and the order of events. */
export async function assertInterleavings(runs: number, seed: number): Promise<void> {
  const nextPlace = createCourse();
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), anyStory, async (scheduler, story) => {
      const wrong = await race(await nextPlace(), scheduler, story);
      if (wrong.length > 0) throw new RangeError(wrong.join('; '));
    }),
    { numRuns: runs, seed },
  );
}
