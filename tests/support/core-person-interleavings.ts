/** Persons, money and faults at one relay, in any order: what may never be is asked after every batch, what must be once all are quiet. */
import fc from 'fast-check';
import type { Store } from '../../src/core/ports/store.ts';
import { asId } from '../../src/kernel/ids.ts';
import { atScheduledDoors, createCourse, stage } from './core-interleavings.ts';
import { createMortalRunner, type MortalRunner } from './core-mortal-runner.ts';
import { type Act, anyAct, anyQuarrel, hangAnother, isLeftToPoll, perform, type Scene } from './core-person-acts.ts';
import { createRelayHistory, type RelayHistory } from './core-relay-history.ts';
import type { Fate } from './core-scripted-meters.ts';
import { createWorld, type MemoryGround, type World } from './core-world.ts';

export interface PersonStory {
  /** How far it has come when they begin. */
  readonly begins: 'in arrears' | 'trip queued' | 'trip sent' | 'tripped' | 'restore queued' | 'armed' | 'supplied';
  readonly restoreBy: 'close' | 'arm';
  /** What each of those who act at once does, one after the other. */
  readonly actors: readonly (readonly Act[])[];
  /** Scheduled points that pass between what a payment, or the `sent` or the voiding of a command, rests on and its commit. */
  readonly slowness: { readonly payment: number; readonly sent: number };
  /** What becomes of the first relay frames. */
  readonly fates: readonly Fate[];
}

export const anyPersonStory: fc.Arbitrary<PersonStory> = fc.record({
  begins: fc.constantFrom('in arrears', 'trip queued', 'trip sent', 'tripped', 'restore queued', 'armed', 'armed', 'supplied'),
  restoreBy: fc.constantFrom('close', 'arm'),
  actors: fc.oneof(
    fc.array(fc.array(anyAct, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
    fc.array(fc.array(anyQuarrel, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 2 }),
  ),
  slowness: fc.record({ payment: fc.constantFrom(0, 0, 8), sent: fc.constantFrom(0, 0, 8) }),
  fates: fc.array(
    fc.constantFrom<Fate>('obeyed', 'reply-lost', 'request-lost', 'line-down', 'refused', 'accepted-and-stuck', 'delayed', 'late'),
    {
      maxLength: 4,
    },
  ),
});

/** Rounds of the command loop in one story, and steps until it is quiet: bounds, far above what any story needs. */
const ROUNDS = 200;
/** Longer than any command may live. */
const LIFETIME_MS = 4 * 3_600_000;

/** Plays one story in the scheduler's order; returns what does not hold, an empty list where all does. */
export async function play(
  { ground, place }: { readonly ground: MemoryGround; readonly place: string },
  scheduler: fc.Scheduler,
  story: PersonStory,
): Promise<readonly string[]> {
  const turn = { scheduled: false };
  const wait = async (label: string) => {
    if (turn.scheduled) await scheduler.schedule(Promise.resolve(), label);
    // No two instants are one.
    ground.clock.stepWall(1);
  };
  let history: RelayHistory | undefined;
  const told = (store: Store): Store => ({
    ...store,
    async commit(batch) {
      const outcome = await store.commit(batch);
      if (outcome.status === 'committed') history?.tell(batch.facts);
      return outcome;
    },
  });
  const around = (store: Store) => atScheduledDoors(store, wait, story.slowness);
  const world = await createWorld({
    ground,
    point: { id: asId(`p${place}`), accountId: asId(`a${place}`), restoreBy: story.restoreBy },
    around: (store) => around(told(store)),
  });
  await begin(world, story);
  history = createRelayHistory(await world.facts(), () => world.meter);
  world.meter.fates.push(...story.fates);
  const runner = createMortalRunner({ world, newId: ground.newId, store: told(ground.store), around, wait });
  turn.scheduled = true;
  await scheduler.waitFor(playAll({ world, story, history, runner, wait }));
  turn.scheduled = false;
  const atEnd = await judge({ world, story, history, runner, ground });
  return [...history.wrong, ...atEnd];
}

async function begin(world: World, { begins }: PersonStory): Promise<void> {
  await stage(world);
  if (begins === 'supplied') await world.pay('20');
  if (begins === 'supplied' || begins === 'in arrears') return;
  await world.poll();
  if (begins === 'trip queued') return;
  await world.run(begins === 'trip sent' ? 1 : 10);
  if (begins !== 'restore queued' && begins !== 'armed') return;
  await world.pay('20');
  if (begins === 'armed') await world.run();
}

interface Play {
  readonly world: World;
  readonly story: PersonStory;
  readonly history: RelayHistory;
  readonly runner: MortalRunner;
  readonly wait: (label: string) => Promise<void>;
}

async function playAll({ world, story, history, runner, wait }: Play): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let replacing: Promise<void> | undefined;
  const scene: Scene = {
    world,
    payments: [],
    restart: () => runner.restart(),
    replace() {
      replacing = Promise.all(underWay).then(async () => {
        await runner.restart(async () => history.replaceMeter(await hangAnother(world)));
        replacing = undefined;
      });
      return replacing;
    },
  };
  let acting = true;
  const loop = commandLoop(world, runner, () => acting);
  await Promise.all(
    story.actors.map(async (acts, index) => {
      for (const act of acts) {
        await wait(`${index} ${Object.values(act).join(' ')}`);
        while (replacing !== undefined) await replacing;
        const done = perform(scene, act, asId(`operator-${index}`)).finally(() => underWay.delete(done));
        if (act.kind !== 'replace') underWay.add(done);
        await done;
      }
    }),
  );
  acting = false;
  await loop;
}

/**
 * The command loop: one step at a time for the meter, restores first, waiting ones after the others.
 *
 * @returns whether all rest at its end, once nobody acts any more
 */
async function commandLoop(world: World, { step }: MortalRunner, acting: () => boolean): Promise<boolean> {
  const resting = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const next = (await world.openCommands()).find(({ id }) => !resting.has(id));
    if (next === undefined && !acting()) return true;
    const done = next === undefined ? 'died' : await step(next);
    if (next !== undefined && done === 'waiting') resting.add(next.id);
    else resting.clear();
  }
  return false;
}

async function settle(world: World, runner: MortalRunner): Promise<void> {
  if (await commandLoop(world, runner, () => false)) return;
  const { id, action } = await world.openCommand();
  const last = (await world.command(id)).moves.slice(-6).map(({ to, reason }) => `${to} (${reason})`);
  throw new RangeError(`${action} moves for ever: ${last.join(' ')}`);
}

/** What must hold once the faults are over and everybody is idle: before the next poll, and after the last deadline. */
async function judge({ world, story, history, runner, ground }: Omit<Play, 'wait'> & { readonly ground: MemoryGround }) {
  const wrong: string[] = [];
  const { meter, clock } = world;
  if ((await world.facts()).relay.reportedAt !== history.newestReport()) wrong.push('an older report of the relay is believed');
  Object.assign(meter, { silent: false, tripDelayed: false }).fates.length = 0;
  await settle(world, runner);
  if (!story.actors.flat().some(isLeftToPoll)) wrong.push(...violationsOf(ground));
  for (const ms of [1, LIFETIME_MS, 1]) {
    clock.stepWall(ms);
    await settle(world, runner);
    await world.poll();
    await settle(world, runner);
    await world.notices.deliverQueued();
  }
  const { openCommands, relay, lastOpening, openCases } = await world.facts();
  const stuck = openCommands.filter(({ action }) => action !== 'arm' || meter.relay !== 'armed');
  if (stuck.length > 0) wrong.push(`still open: ${stuck.map(({ action, state }) => `${action} ${state}`).join(', ')}`);
  if (relay.reported !== meter.relay) wrong.push(`we believe ${relay.reported}, the meter is ${meter.relay}`);
  const isExplained = lastOpening !== undefined || openCases.some(({ kind }) => kind === 'relay-unexplained');
  if (meter.relay === 'open' && !isExplained) wrong.push('the relay is open, and nothing says why');
  return [...wrong, ...violationsOf(ground)];
}

const violationsOf = ({ store }: MemoryGround): readonly string[] =>
  store.violations(['I8', 'I9']).map(({ invariant, where, found }) => `${invariant} ${where}: ${found}`);

/** Every one of `runs` stories and interleavings must end well; a failure prints the seed and the order of events. */
export async function assertPersonInterleavings(runs: number, seed: number): Promise<void> {
  const nextPlace = createCourse();
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), anyPersonStory, async (scheduler, story) => {
      const wrong = await play(await nextPlace(), scheduler, story);
      if (wrong.length > 0) throw new RangeError(wrong.join('; '));
    }),
    { numRuns: runs, seed },
  );
}
