/** A payment that races a trip: every door of the store and every word with the meter is a point at which another may go first. */
import fc from 'fast-check';
import type { Command } from '../../src/core/model/command.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { METER } from './core-facts.ts';
import type { Fate } from './core-scripted-meters.ts';
import { createWorld, type World } from './core-world.ts';

export interface Story {
  /** How far the trip has come when the race begins. */
  readonly trip: 'about to be decided' | 'queued' | 'sent';
  readonly restoreBy: 'close' | 'arm';
  /** Payments that race it; the last one is always enough. */
  readonly payments: readonly string[];
  /** Polls that race it as well. */
  readonly polls: number;
  /** What becomes of the first relay frames. */
  readonly fates: readonly Fate[];
}

export const anyStory: fc.Arbitrary<Story> = fc.record({
  trip: fc.constantFrom('about to be decided', 'queued', 'sent'),
  restoreBy: fc.constantFrom('close', 'arm'),
  payments: fc.constantFrom(['20'], ['0.20', '20'], ['1', '20']),
  polls: fc.integer({ min: 0, max: 2 }),
  fates: fc.array(fc.constantFrom<Fate>('obeyed', 'reply-lost', 'request-lost', 'line-down'), { maxLength: 3 }),
});

/** Rounds of the command loop in one race: a bound, far above what any story needs. */
const ROUNDS = 200;

/** Runs one story in the scheduler's order; returns what does not hold, an empty list where all does. */
export async function race(scheduler: fc.Scheduler, story: Story): Promise<readonly string[]> {
  const turn = { scheduled: false };
  const wait = (label: string) => (turn.scheduled ? scheduler.schedule(Promise.resolve(), label) : Promise.resolve());
  const world = await createWorld({ point: { restoreBy: story.restoreBy }, around: (store) => atScheduledDoors(store, wait) });
  try {
    await world.exhaust();
    if (story.trip !== 'about to be decided') await world.poll();
    if (story.trip === 'sent') await world.run(1);
    world.meter.fates.push(...story.fates);
    world.meters.hop = (what, when) => wait(`${what} ${when}`);
    turn.scheduled = true;
    await scheduler.waitFor(raceOf(world, story));
    turn.scheduled = false;
    world.meters.hop = () => undefined;
    return await judge(world);
  } finally {
    await world.store.close();
  }
}

const atScheduledDoors = (store: Store, wait: (label: string) => Promise<void>): Store => ({
  async read(name, ask) {
    await wait(`read ${name}`);
    return store.read(name, ask);
  },
  async commit(batch) {
    const label = batch.facts.map((fact) => (fact.kind === 'commandMove' ? fact.move.to : fact.kind)).join('+');
    await wait(`commit ${label}`);
    const outcome = await store.commit(batch);
    await wait(`${outcome.status} ${label}`);
    return outcome;
  },
  close: () => store.close(),
});

async function raceOf(world: World, { trip, payments, polls }: Story): Promise<void> {
  let racing = true;
  const others = [
    (async () => {
      for (const amount of payments) await world.pay(amount);
    })(),
    ...Array.from({ length: polls + (trip === 'about to be decided' ? 1 : 0) }, () => world.poll()),
  ];
  const loop = commandLoop(world, () => racing);
  await Promise.all(others);
  racing = false;
  await loop;
}

/** The command loop: one step at a time for the meter, restores first, from a list that may be out of date when the step begins. */
async function commandLoop(world: World, racing: () => boolean): Promise<void> {
  let open = await openCommands(world);
  for (let round = 0; round < ROUNDS; round++) {
    const [command] = open;
    if (command === undefined && !racing()) return;
    if (world.meter.relay === 'armed') world.meter.press();
    const stepping = command === undefined ? undefined : world.runner.advance(command);
    [open] = await Promise.all([openCommands(world), stepping]);
    if (open.length === 0) open = await openCommands(world);
  }
}

const openCommands = async (world: World): Promise<readonly Command[]> =>
  [...(await world.scheduledStore.read('openCommands', {}))].sort((left, right) => Number(left.action === 'trip') - Number(right.action === 'trip'));

async function judge(world: World): Promise<readonly string[]> {
  const wrong: string[] = [];
  const { meter } = world;
  if (meter.relay !== 'closed') wrong.push(`the relay is ${meter.relay} after the race`);
  const { openCommands: left, openCases, account } = await world.facts();
  if (left.length > 0) wrong.push(`still open: ${left.map(({ action, state }) => `${action} ${state}`).join(', ')}`);
  if (openCases.length > 0) wrong.push(`cases: ${openCases.map(({ kind }) => kind).join(', ')}`);
  if (account.balance - account.accrued < 0n) wrong.push('money is missing');

  const events = await world.store.read('events', { after: 0, limit: 10_000, types: ['payment.received', 'command.sent'] });
  const paidAt = events.findLast(({ type }) => type === 'payment.received')?.seq ?? Number.POSITIVE_INFINITY;
  const sentLate = events.filter(({ type, seq, data }) => type === 'command.sent' && seq > paidAt && data.action === 'trip');
  if (sentLate.length > 0) wrong.push('the `sent` of a trip was committed after the payment');

  wrong.push(...repeatedBlindly(meter));
  await world.poll();
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
    return isProven ? [] : [`${action} was repeated without a read-back on ${METER.id}`];
  });
}

/** Every one of `runs` stories and interleavings must end well; a failure prints the seed and the order of events. */
export async function assertInterleavings(runs: number, seed: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), anyStory, async (scheduler, story) => {
      const wrong = await race(scheduler, story);
      if (wrong.length > 0) throw new RangeError(wrong.join('; '));
    }),
    { numRuns: runs, seed },
  );
}
