import { availableOf } from '../../core/ledger/accrued.ts';
import type { Command, CommandMove } from '../../core/model/command.ts';
import type { Notice } from '../../core/model/notice.ts';
import type { StoredPayment } from '../../core/model/payment.ts';
import type { MeterView } from '../../core/ports/queries.ts';
import type { Store } from '../../core/ports/store.ts';
import { AppError } from '../../kernel/app-error.ts';
import { type Clock, sleep } from '../../kernel/clock.ts';
import { type AccountId, asId, type PaymentId } from '../../kernel/ids.ts';
import { formatMoney } from '../../kernel/units.ts';

/** A command that was proven, with the read-back that proves it. */
export interface ProvenCommand {
  readonly command: Command;
  readonly confirmed: CommandMove;
}

/** What the story needs from around it. */
export interface StoryDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly meters: number;
  /** Pays as a customer would, through the public API; answers the payment's id. */
  readonly pay: (accountId: AccountId) => Promise<string>;
  readonly tell: (chapter: string, text: string) => void;
  readonly limitMs: number;
  /** Ends the story early. */
  readonly signal: AbortSignal;
}

export interface Story {
  readonly hero: MeterView;
  readonly trip: ProvenCommand;
  readonly payment: StoredPayment;
  readonly restore: ProvenCommand;
  readonly paymentToConfirmedMs: number;
}

const LOOK_EVERY_MS = 50;

/** Plays the main job once: readings, a draining balance, the warning, the trip and its proof, the payment, the restore and its proof. */
export async function playStory(deps: StoryDeps): Promise<Story> {
  const { store, tell, pay } = deps;
  await until(deps, 'every meter is read', async () => ((await readMeters(store)) >= deps.meters ? true : undefined));
  tell('readings', `${deps.meters} of ${deps.meters} meters read`);

  const stopTelling = tellDraining(deps);
  const trip = await until(deps, 'a trip is proven', () =>
    provenCommand(store, ({ action, cause }) => action === 'trip' && cause === 'money'),
  ).finally(stopTelling);
  const hero = await store.read('meter', { meterId: trip.command.meterId });
  if (hero === undefined)
    throw new AppError('invariant-violated', 'a tripped meter is not in the store', { meterId: trip.command.meterId });
  tell('trip', `meter ${hero.meter.address} is open, proven by ${trip.confirmed.evidence ?? 'nothing'}`);

  const paymentId = await pay(hero.meterPoint.accountId);
  const payment = await store.read('payment', { paymentId: asId<PaymentId>(paymentId) });
  if (payment === undefined) throw new AppError('invariant-violated', 'an acknowledged payment is not in the store', { paymentId });
  tell('payment', `${paymentId} posted for ${hero.meterPoint.accountId}`);

  const answersTrip = ({ action, meterId, createdAt }: Command) =>
    action !== 'trip' && meterId === hero.meter.id && createdAt >= trip.command.createdAt;
  const restore = await until(deps, 'the restore is proven', () => provenCommand(store, answersTrip));
  const paymentToConfirmedMs = restore.confirmed.at - payment.receivedAt;
  tell('restore', `supply is back ${paymentToConfirmedMs} ms after the payment, proven by ${restore.confirmed.evidence ?? 'nothing'}`);
  return { hero, trip, payment, restore, paymentToConfirmedMs };
}

const BALANCE_EVERY_MS = 1000;

/** Shows whose money runs out first, while it does. */
function tellDraining({ store, clock, tell }: StoryDeps): () => Promise<void> {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const { items } = await store.read('accounts', { limit: 500 });
      const [first] = items.toSorted((left, right) => Number(availableOf(left) - availableOf(right)));
      if (first !== undefined)
        tell('balance', `${first.account.id} has ${formatMoney(availableOf(first))} yuan left of ${formatMoney(first.balance)}`);
      await sleep(clock, BALANCE_EVERY_MS, stopping.signal);
    }
  })();
  return async () => {
    stopping.abort();
    await running;
  };
}

/** Every account that was told before anything happened to it, with the first delivered notice. */
export async function warnedAccounts(store: Store, clock: Clock): Promise<readonly Notice[]> {
  const { meterPoints } = await store.read('archive', {});
  const now = clock.now();
  const facts = await Promise.all(meterPoints.map(({ id }) => store.read('meterPointFacts', { meterPointId: id, now, dayStart: now })));
  return facts.flatMap((each) => each?.notices.filter(({ kind, state }) => kind === 'low-balance' && state === 'delivered') ?? []);
}

async function readMeters(store: Store): Promise<number> {
  const { items } = await store.read('meters', { limit: 500 });
  return items.filter(({ latestReadings }) => latestReadings.some(({ quality }) => quality === 'good')).length;
}

async function provenCommand(store: Store, fits: (command: Command) => boolean): Promise<ProvenCommand | undefined> {
  const { items } = await store.read('commands', { limit: 200 });
  const command = items.find((candidate) => candidate.state === 'confirmed' && fits(candidate));
  if (command === undefined) return undefined;
  const found = await store.read('command', { commandId: command.id });
  const confirmed = found?.moves.find(({ to }) => to === 'confirmed');
  return confirmed === undefined ? undefined : { command, confirmed };
}

/** Looks again and again until there is an answer; gives up with what it waited for. */
async function until<T>({ clock, limitMs, signal }: StoryDeps, what: string, look: () => Promise<T | undefined>): Promise<T> {
  const endMs = clock.monotonicMs() + limitMs;
  for (;;) {
    signal.throwIfAborted();
    const answer = await look();
    if (answer !== undefined) return answer;
    if (clock.monotonicMs() > endMs) throw new AppError('no-reply', `the demo waited ${limitMs / 1000} s in vain until ${what}`);
    await sleep(clock, LOOK_EVERY_MS);
  }
}
