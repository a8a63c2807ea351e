import { OperatorError } from '../src/kernel/app-error.ts';
import type { Clock } from '../src/kernel/clock.ts';
import { createFaults } from './faults/faults.ts';
import { readFaultsFile } from './faults/faults-file.ts';
import { openFrameLog } from './frame-log.ts';
import type { SpokenEdition } from './lines/edition.ts';
import { createSpoken1997 } from './lines/edition-1997.ts';
import { SPOKEN_2007 } from './lines/edition-2007.ts';
import type { Pacing } from './lines/sender.ts';
import { serveLine } from './lines/serve-line.ts';
import { servePushingConcentrator } from './lines/serve-pushing-concentrator.ts';
import type { ServedLine } from './lines/served-line.ts';
import { createSharedLine } from './lines/shared-line.ts';
import { type ListenTarget, parseListenTarget } from './listen-target.ts';
import type { VirtualMeter } from './meter/meter.ts';
import type { ProfileName } from './meter/profiles.ts';
import { createTown, type TownOptions } from './town.ts';

export interface LinePlan {
  /** `tcp://HOST:PORT` (0: any free one), `pty:` or `mqtt://HOST:PORT/CONCENTRATOR`. */
  readonly listen: string;
  /** How many. */
  readonly meters: number;
}

export interface SimulationOptions extends Omit<TownOptions, 'count'> {
  /** `dlt645-2007` or `dlt645-1997`. */
  readonly protocol: string;
  /** One line, or several in `lines`; the town's meters are dealt to them in order. */
  readonly listen?: string;
  readonly meters?: number;
  readonly lines?: readonly LinePlan[];
  /** A fault file. */
  readonly faults?: string;
  /** Where to append a JSON line for each frame heard. */
  readonly log?: string;
  readonly pacing?: Pacing;
  /** Concentrators also push what their meters say, so often; without it they only answer. */
  readonly pushEveryMs?: number;
}

/** What the meters of a line speak. */
const EDITIONS: ReadonlyMap<string, () => SpokenEdition> = new Map([
  ['dlt645-2007', () => SPOKEN_2007],
  ['dlt645-1997', createSpoken1997],
]);

/** Enough to write a configuration, or to call it by hand. */
export interface SimulatedMeter {
  readonly address: string;
  readonly profile: ProfileName;
  /** `LLPPPPPP`. */
  readonly password: string;
  /** What its line listens on. */
  readonly line: string;
}

export interface RunningSimulation {
  /** What the lines listen on, in their order. */
  readonly lines: readonly string[];
  readonly meters: readonly SimulatedMeter[];
  /** For the hands of a test or a demo; undefined where no meter has the address. */
  meter(address: string): VirtualMeter | undefined;
  close(): Promise<void>;
}

/**
 * Starts a town of virtual meters and its lines.
 *
 * @errors unknown-protocol, config-invalid, port-in-use, line-down: thrown for the person at the keyboard; nothing runs then
 */
export async function runSimulation(options: SimulationOptions): Promise<RunningSimulation> {
  const { protocol, seed, clock, log: logFile } = options;
  const createEdition = EDITIONS.get(protocol);
  if (createEdition === undefined) {
    const expected = [...EDITIONS.keys()].join(' or ');
    throw new OperatorError('unknown-protocol', `there is no simulator for ${JSON.stringify(protocol)}; expected ${expected}`);
  }
  const plans = plansOf(options).map((plan) => ({ ...plan, target: parseListenTarget(plan.listen) }));
  if (options.pushEveryMs !== undefined) for (const { target } of plans) concentratorOf(target);
  const faults = createFaults(options.faults === undefined ? [] : readFaultsFile(options.faults), String(seed));
  const town = createTown({ ...options, count: plans.reduce((sum, plan) => sum + plan.meters, 0) });
  const log = logFile === undefined ? undefined : openFrameLog(logFile);
  const served: { readonly line: ServedLine; readonly meters: readonly VirtualMeter[] }[] = [];
  const pushing: ServedLine[] = [];
  const close = async () => {
    await Promise.all(pushing.map((line) => line.close()));
    await Promise.all(served.map(({ line }) => line.close()));
    log?.close();
  };
  try {
    let dealt = 0;
    for (const { target, meters: count } of plans) {
      const meters = town.slice(dealt, dealt + count);
      dealt += count;
      const line = await serveLine(
        target,
        createSharedLine({ meters, clock, faults, log, edition: createEdition(), pacing: options.pacing }),
        clock,
      );
      served.push({ line, meters });
      if (options.pushEveryMs !== undefined) pushing.push(pushFrom(target, meters, clock, options.pushEveryMs));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return running(served, close);
}

function plansOf({ listen, meters, lines }: SimulationOptions): readonly LinePlan[] {
  if (lines !== undefined && lines.length > 0) return lines;
  if (listen !== undefined && meters !== undefined) return [{ listen, meters }];
  throw new OperatorError('config-invalid', 'a simulation needs a line: say where to listen and how many meters there are');
}

function pushFrom(target: ListenTarget, meters: readonly VirtualMeter[], clock: Clock, everyMs: number): ServedLine {
  const { topics, ...place } = concentratorOf(target);
  return servePushingConcentrator({ ...place, clock, meters, everyMs, ...(topics === undefined ? {} : { topic: topics.readings }) });
}

function concentratorOf(target: ListenTarget): Extract<ListenTarget, { kind: 'mqtt' }> {
  if (target.kind === 'mqtt') return target;
  throw new OperatorError('config-invalid', 'only a concentrator pushes readings; listen on mqtt://HOST:PORT/CONCENTRATOR for it');
}

function running(
  served: readonly { readonly line: ServedLine; readonly meters: readonly VirtualMeter[] }[],
  close: () => Promise<void>,
): RunningSimulation {
  const byAddress = new Map(served.flatMap(({ meters }) => meters.map((meter) => [meter.address, meter])));
  return {
    lines: served.map(({ line }) => line.listening),
    meters: served.flatMap(({ line, meters }) =>
      meters.map(({ address, profile, password }) => ({ address, profile, password, line: line.listening })),
    ),
    meter: (address) => byAddress.get(address),
    close,
  };
}

/** The one line that a simulator prints when it is ready. */
export function readyLine({ lines, meters }: RunningSimulation): string {
  return JSON.stringify({ listening: lines[0], lines, meters });
}
