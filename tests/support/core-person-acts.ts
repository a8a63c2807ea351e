/** What persons, customers, watchdogs and misfortune do at one meter point, as data and as deeds. */
import fc from 'fast-check';
import { isWaiting } from '../../src/core/feecontrol/command-states.ts';
import type { RelayAction } from '../../src/core/model/command.ts';
import { storeArchive } from '../../src/core/services/archive-service.ts';
import { type Actor, asId, type EntryId, type MeterId } from '../../src/kernel/ids.ts';
import type { World } from './core-world.ts';

export type Act =
  | { readonly kind: 'ask'; readonly action: RelayAction | 'restore' }
  | { readonly kind: 'pay'; readonly amount: string }
  | { readonly kind: 'mark' | 'lift'; readonly mark: 'protected' | 'disputed' | 'lock-out' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'silence'; readonly silent: boolean }
  | { readonly kind: 'cancel' | 'press' | 'reverse' | 'poll' | 'restart' | 'replace' | 'notify' | 'closeCases' };

const just = <const Kind extends Act['kind']>(...kinds: readonly Kind[]) => fc.constantFrom(...kinds);

export const anyAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: just('ask'), action: fc.constantFrom('trip', 'arm', 'close', 'restore') }) },
  { weight: 3, arbitrary: fc.record({ kind: just('pay'), amount: fc.constantFrom('0.20', '1', '20') }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: just('mark', 'lift'), mark: fc.constantFrom('protected', 'disputed', 'lock-out', 'lock-out') }),
  },
  // A sending's patience, a restore's, a trip's deadline, a restore's.
  { weight: 2, arbitrary: fc.record({ kind: just('wait'), ms: fc.constantFrom(11_000, 61_000, 130_000, 3_700_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: just('silence'), silent: fc.boolean() }) },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: just('cancel', 'cancel', 'press', 'reverse', 'poll', 'poll', 'restart', 'replace', 'notify', 'closeCases'),
    }),
  },
);

/** What meets what more often than chance has it: two wills at one relay, and what gives or takes the right to close it. */
export const anyQuarrel: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: just('ask'), action: fc.constantFrom('trip', 'trip', 'arm', 'restore') }) },
  { weight: 2, arbitrary: fc.record({ kind: just('pay'), amount: fc.constantFrom('1') }) },
  { weight: 2, arbitrary: fc.record({ kind: just('mark', 'lift'), mark: fc.constantFrom('lock-out') }) },
  { weight: 2, arbitrary: fc.record({ kind: just('reverse', 'reverse', 'poll') }) },
);

/** Where they do it. */
export interface Scene {
  readonly world: World;
  /** Payments that nobody has reversed. */
  readonly payments: EntryId[];
  restart(): Promise<void>;
  /** A start that finds another meter there: lets what is under way end first, and nothing begin. */
  replace(): Promise<void>;
}

type Deeds = { readonly [Kind in Act['kind']]: (scene: Scene, act: Extract<Act, { kind: Kind }>, actor: Actor) => unknown };

let asked = 0;

const DEEDS: Deeds = {
  ask: ({ world }, { action }, actor) =>
    world.commands.request({
      meterId: world.meterId(),
      action,
      reason: 'asked for',
      expiresAt: undefined,
      idempotencyKey: `ask-${asked++}`,
      actor,
    }),
  async cancel({ world }, _, actor) {
    const waiting = (await world.openCommands()).find(({ state }) => isWaiting(state));
    if (waiting !== undefined) await world.commands.cancel(waiting.id, actor);
  },
  press: ({ world }) => world.meter.press(),
  async pay({ world, payments }, { amount }) {
    const paid = await world.pay(amount);
    if (paid.ok) payments.push(paid.value.value.entryId);
  },
  async reverse({ world, payments }) {
    const entryId = payments.shift();
    if (entryId !== undefined) await world.reverse(entryId);
  },
  mark: async ({ world }, { mark }, actor) => world.marks.set(await markOf(world, mark, actor)),
  lift: async ({ world }, { mark }, actor) => world.marks.lift(await markOf(world, mark, actor)),
  wait: ({ world }, { ms }) => world.clock.stepWall(ms),
  silence({ world }, { silent }) {
    world.meter.silent = silent;
  },
  poll: ({ world }) => world.poll(),
  restart: (scene) => scene.restart(),
  replace: (scene) => scene.replace(),
  notify: ({ world }) => world.notices.deliverQueued(),
  async closeCases({ world }, _, actor) {
    for (const { id } of (await world.facts()).openCases) await world.cases.close(id, 'seen to', actor);
  },
};

async function markOf(world: World, kind: 'protected' | 'disputed' | 'lock-out', actor: Actor) {
  const { meterPoint } = await world.facts();
  const on =
    kind === 'lock-out' ? ({ of: 'meterPoint', id: meterPoint.id } as const) : ({ of: 'account', id: meterPoint.accountId } as const);
  return { ...on, kind, reason: 'somebody knows why', actor };
}

export async function perform<Kind extends Act['kind']>(scene: Scene, act: Extract<Act, { kind: Kind }>, actor: Actor): Promise<void> {
  await (DEEDS[act.kind as Kind] as Deeds[Kind])(scene, act, actor);
}

/** Another meter hangs there, closed as it comes: the store learns it as it does at a start. */
export async function hangAnother(world: World): Promise<MeterId> {
  const { meterPoint, meter } = await world.facts();
  const id = asId<MeterId>(`${meter.id}+`);
  const account = { id: meterPoint.accountId, state: 'open' } as const;
  await storeArchive(world.store, [{ account, meterPoint, meter: { ...meter, id }, openingPayment: undefined }], world.clock.now());
  world.hang(id);
  return id;
}

/** After these the next poll may be the first to see that somebody who has paid is dark. */
export const isLeftToPoll = (act: Act): boolean =>
  act.kind === 'cancel' || act.kind === 'closeCases' || act.kind === 'replace' || (act.kind === 'ask' && act.action === 'trip');
