import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { openPty } from '../../../simulators/lines/pty.ts';
import { createTown } from '../../../simulators/town.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';

const SIMULATOR = path.join(import.meta.dirname, '../../../simulators/main.ts');

/** Meters in a process of their own. */
export interface SimulatedTown {
  /** What each line listens on, with its meters. */
  readonly lines: readonly string[];
  readonly meters: readonly { readonly address: string; readonly password: string; readonly line: string }[];
  close(): Promise<void>;
}

export interface TownPlan {
  readonly lines: readonly { readonly listen: string; readonly meters: number }[];
  readonly seed: number;
  readonly loadFactor: number;
}

/** Starts the simulator and waits for the line that says where its meters are. It dies with this process. */
export async function startTown({ lines, seed, loadFactor }: TownPlan): Promise<SimulatedTown> {
  const specification = JSON.stringify({ lines, seed, loadFactor, pressButtonAfterMs: BUTTON_AFTER_MS, untilInputEnds: true });
  const child = spawn(process.execPath, [SIMULATOR, specification], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ready = await firstLine(child);
  const { lines: listening, meters } = JSON.parse(ready) as Pick<SimulatedTown, 'lines' | 'meters'>;
  return {
    lines: listening,
    meters,
    async close() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** How long a simulated customer takes to the button after an arm. */
const BUTTON_AFTER_MS = 500;

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new AppError('invariant-violated', 'the simulator was started without its output');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new AppError('line-down', 'the simulated meters did not start');
}

/** Addresses and passwords of a town that is not running yet: the seed says it all. */
export function metersOfTown(
  seed: number,
  count: number,
  clock: Clock,
): readonly { readonly address: string; readonly password: string }[] {
  return createTown({ seed, count, clock }).map(({ address, password }) => ({ address, password }));
}

/** Whether this machine has pseudo-terminals; where it has none, the serial line of the demo becomes a second TCP line. */
export function hasPty(): boolean {
  const pty = openPty();
  if (pty.ok) pty.value.close();
  return pty.ok;
}
