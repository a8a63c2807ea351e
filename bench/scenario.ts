/**
 * What a scenario is and how its ratios are taken. Absolute figures move with whatever else runs on the machine;
 * ratios taken turn about within one run do not, so only ratios have goals.
 */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  run(options: { readonly quick: boolean }): Promise<ScenarioResult>;
}

export interface ScenarioResult {
  readonly id: string;
  readonly rows: readonly RatioRow[];
  /** Printed, never a goal: rates, microseconds of CPU, sizes. */
  readonly absolute: Readonly<Record<string, number>>;
  /** What was verified before anything was timed; a wrong answer must throw. */
  readonly checked: string;
  readonly note?: string;
}

export interface RatioRow {
  readonly label: string;
  readonly ratio: Ratio;
  readonly goal: number;
  readonly stretch?: number;
  readonly higherIsBetter: boolean;
  /** A goal that is not reached yet, and why: shown as open, and no reason for a run to fail. */
  readonly open?: string;
}

/** The machine was too busy to time a scenario, so it says nothing of the product: a miss, where any other error is a wrong answer. */
export class NotTimed extends Error {}

export interface Ratio {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One contender: does a fixed amount of work and says how many units it did; may be asynchronous. */
export interface Contender {
  readonly name: string;
  run(): number | Promise<number>;
}

/** What one contender did in one round. */
export interface Lap {
  readonly perSecond: number;
  readonly cpuMicrosPerUnit: number;
}

export interface Rounds {
  /** Per-round ratios of units per second: `left` over `right`. */
  ratio(left: string, right: string): Ratio;
  /** Per-round ratios of CPU time per unit: `left` over `right`. */
  cpuRatio(left: string, right: string): Ratio;
  medianOf(name: string, figure: keyof Lap): number;
  /** Of one contender's own laps. */
  spread(name: string, figure: keyof Lap): Ratio;
}

const FULL_ROUNDS = 5;
const QUICK_ROUNDS = 3;

/** Runs the contenders turn about (A B L A B L …), one warm-up round first, and keeps every lap. */
export async function ratioRounds(
  contenders: readonly Contender[],
  {
    quick,
    quickRounds = QUICK_ROUNDS,
    fullRounds = FULL_ROUNDS,
  }: { readonly quick: boolean; readonly quickRounds?: number; readonly fullRounds?: number },
): Promise<Rounds> {
  const laps = new Map<string, Lap[]>(contenders.map(({ name }) => [name, []]));
  const rounds = quick ? quickRounds : fullRounds;
  for (let round = -1; round < rounds; round++) {
    for (const contender of contenders) {
      const lap = await timed(contender);
      if (round >= 0) laps.get(contender.name)?.push(lap);
    }
  }
  const lapsOf = (name: string): readonly Lap[] => laps.get(name) ?? [];
  const ratioOf = (left: string, right: string, figure: keyof Lap): Ratio => {
    const divisors = lapsOf(right);
    return summary(lapsOf(left).map((lap, round) => lap[figure] / (divisors[round]?.[figure] ?? Number.NaN)));
  };
  return {
    ratio: (left, right) => ratioOf(left, right, 'perSecond'),
    cpuRatio: (left, right) => ratioOf(left, right, 'cpuMicrosPerUnit'),
    medianOf: (name, figure) => median(lapsOf(name).map((lap) => lap[figure])),
    spread: (name, figure) => summary(lapsOf(name).map((lap) => lap[figure])),
  };
}

/** Of this thread alone where Node can say it: the far ends run in others. */
const cpuUsage = (before?: NodeJS.CpuUsage) => (process.threadCpuUsage ?? process.cpuUsage)(before);

/** Microseconds of CPU that something takes. */
export async function cpuOf(act: () => Promise<void>): Promise<number> {
  const before = cpuUsage();
  await act();
  const { user, system } = cpuUsage(before);
  return user + system;
}

async function timed(contender: Contender): Promise<Lap> {
  const cpuBefore = cpuUsage();
  const before = process.hrtime.bigint();
  const units = await contender.run();
  const seconds = Number(process.hrtime.bigint() - before) / 1e9;
  const cpu = cpuUsage(cpuBefore);
  return { perSecond: units / seconds, cpuMicrosPerUnit: (cpu.user + cpu.system) / units };
}

/** A contender that also keeps, lap by lap, which part of a limit it reached: so many units a second. */
export function withShare(contender: Contender, limitPerSecond: number): Contender & { readonly share: () => Ratio } {
  const shares: number[] = [];
  return {
    ...contender,
    async run() {
      const before = performance.now();
      const units = await contender.run();
      shares.push((units * 1000) / (performance.now() - before) / limitPerSecond);
      return units;
    },
    /** Of the counted rounds: the first one warms up. */
    share: () => summary(shares.slice(1)),
  };
}

/** Median, least and greatest of per-round figures. */
export function summary(figures: readonly number[]): Ratio {
  return { median: median(figures), min: Math.min(...figures), max: Math.max(...figures) };
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
