/** A command runner whose process may end at any point between two words with the store or the meter, and begin anew. */
import type { Command } from '../../src/core/model/command.ts';
import type { MeterGateway } from '../../src/core/ports/meter-gateway.ts';
import type { Store } from '../../src/core/ports/store.ts';
import type { Step } from '../../src/core/services/command-moves.ts';
import { createCommandRunner } from '../../src/core/services/command-runner.ts';
import { createSituations } from '../../src/core/services/situations.ts';
import { AppError } from '../../src/kernel/app-error.ts';
import type { MeterId, NewId } from '../../src/kernel/ids.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import type { World } from './core-world.ts';

export interface MortalRunner {
  /** Moves a command by one step, as the command job takes it: what throws is tried again later. */
  step(command: Command): Promise<Step | 'died'>;
  /**
   * Ends the process wherever it is; what it was about to store or to write stays undone.
   *
   * @param prepare what the next one does before it looks at any command
   */
  restart(prepare?: () => Promise<void>): Promise<void>;
}

export interface MortalDeps {
  readonly world: World;
  readonly newId: NewId;
  readonly store: Store;
  /** Stands at the doors of the store. */
  readonly around: (store: Store) => Store;
  /** A point at which others may go first. */
  readonly wait: (label: string) => Promise<void>;
}

interface Life {
  readonly ended: PromiseWithResolvers<'died'>;
}

const NEVER = new Promise<never>(() => undefined);

export function createMortalRunner(deps: MortalDeps): MortalRunner {
  const { meters } = deps.world;
  let life = begin();
  let runner = runnerOf(deps, life, () => life);
  let ready = Promise.resolve();
  meters.hop = async (what, when) => {
    const own = life;
    await deps.wait(`${what} ${when}`);
    if (what === 'operateRelay' && when === 'before' && own !== life) await NEVER;
  };
  return {
    async step(command) {
      await ready;
      return Promise.race([runner.advance(command).catch(asWaiting), life.ended.promise]);
    },
    restart(prepare = async () => undefined) {
      const { ended } = life;
      life = begin();
      runner = runnerOf(deps, life, () => life);
      ready = prepare();
      ended.resolve('died');
      return ready;
    },
  };
}

const begin = (): Life => ({ ended: Promise.withResolvers<'died'>() });

const asWaiting = (error: unknown): 'waiting' => {
  if (error instanceof AppError) return 'waiting';
  throw error;
};

function runnerOf({ world, newId, store: inner, around }: MortalDeps, own: Life, current: () => Life) {
  const living = async <T>(work: () => Promise<T>): Promise<T> => {
    if (own !== current()) return NEVER;
    const done = await work();
    return own === current() ? done : NEVER;
  };
  const store = around({
    read: (name, ask) => living(() => inner.read(name, ask)),
    commit: (batch) => living(() => inner.commit(batch)),
    close: () => inner.close(),
  });
  const { gateway: line } = world.meters;
  const onLine = <T>(meterId: MeterId, work: () => Promise<T>): Promise<T> =>
    living(async () => {
      if (meterId !== world.meterId()) throw new AppError('invariant-violated', 'no line leads to this meter', { meterId });
      return work();
    });
  const gateway: MeterGateway = {
    readRegisters: (id, ...rest) => onLine(id, () => line.readRegisters(id, ...rest)),
    readRelay: (id, ...rest) => onLine(id, () => line.readRelay(id, ...rest)),
    readyForRelay: (id) => onLine(id, () => line.readyForRelay(id)),
    operateRelay: (id, ...rest) => onLine(id, () => line.operateRelay(id, ...rest)),
  };
  const situations = createSituations({ store, clock: world.clock, points: world.points });
  return createCommandRunner({ store, situations, gateway, clock: world.clock, newId, logger: silentLogger });
}
