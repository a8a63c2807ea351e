/** G: what a hundred times as many meters cost, each figure in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { GrowthAsk } from './growth-child.ts';
import { type Ratio, type RatioRow, type Scenario, summary } from './scenario.ts';
import type { FleetData } from './tcp-fleet-worker.ts';

const FEW = 100;
const MANY = 10_000;
const QUICK_MANY = 1_000;
const READINGS = 20_000;
const QUICK_READINGS = 3_000;
const ROUNDS = 2;
const CHILD_LIMIT_MS = 90_000;

/** V8 lets its young generation grow to 48 MB where more lives at a time; of 10,000 meters that is 5 KB each, of any number 48 MB. */
const OPEN = {
  connections: '5.6 live, 2.5 of the system’s socket, 5 of the young generation, the rest between them; 7.6 where that has 2 MB',
  lines: '0.53 live; nearly all the rest is the young generation, which grows with readings under way and not with meters',
} as const;

type Figures = Readonly<Record<string, number>>;

export const g: Scenario = {
  id: 'G',
  title: `Growth from ${FEW} to ${MANY} meters`,
  async run({ quick }) {
    const many = quick ? QUICK_MANY : MANY;
    const simulator = await startSimulator();
    const measure = (figure: GrowthAsk['figure'], meters: number) =>
      measured({ figure, meters, portNumber: simulator.portNumber, readings: quick ? QUICK_READINGS : READINGS });
    /** Turn about, so that both see the same machine. */
    const both = async (figure: GrowthAsk['figure'], rounds = ROUNDS): Promise<Laps> => {
      const laps = { few: [] as Figures[], many: [] as Figures[] };
      for (let round = 0; round < (quick ? 1 : rounds); round++) {
        laps.few.push(await measure(figure, FEW));
        laps.many.push(await measure(figure, many));
      }
      return laps;
    };
    try {
      const tcp = await both('tcp');
      const lines = await both('lines');
      const scheduler = await both('scheduler');
      const start = quick ? undefined : await both('start', 1);
      const perMeterKb = (laps: Laps, name: 'residentMb' | 'liveHeapMb' = 'residentMb'): Ratio =>
        summary(laps.many.map((figures, round) => (((figures[name] ?? 0) - (laps.few[round]?.[name] ?? 0)) * 1024) / (many - FEW)));
      return {
        id: 'G',
        rows: [
          row('CPU a reading over TCP, many / few', ratio(tcp, 'cpuMicros'), 1.1),
          { ...row('KB of memory a meter, with a connection each', perMeterKb(tcp), 8), open: OPEN.connections },
          {
            ...row(`KB of memory a meter, behind lines of ${FEW}`, perMeterKb(lines), 1),
            open: OPEN.lines,
          },
          row('scheduler, CPU a due poll, many / few', ratio(scheduler, 'cpuMicros'), 1.2),
          ...(start === undefined ? [] : startRows(start)),
        ],
        absolute: {
          meters: many,
          'few: µs of CPU a reading': tcp.few[0]?.cpuMicros ?? 0,
          'few: MB of memory': tcp.few[0]?.residentMb ?? 0,
          'many: MB of memory, a connection each': tcp.many[0]?.residentMb ?? 0,
          'many: MB of memory, behind lines': lines.many[0]?.residentMb ?? 0,
          'KB of live heap a meter, with a connection each': perMeterKb(tcp, 'liveHeapMb').median,
          'KB of live heap a meter, behind lines': perMeterKb(lines, 'liveHeapMb').median,
          'few: µs of scheduler a poll': scheduler.few[0]?.cpuMicros ?? 0,
          ...(start === undefined ? {} : startFigures(start)),
        },
        checked: 'every reading is right',
        note: 'the latency of postings is L2’s; bytes a reading belong to the series store, which is not there yet',
      };
    } finally {
      simulator.process.kill('SIGKILL');
    }
  },
};

interface Laps {
  readonly few: readonly Figures[];
  readonly many: readonly Figures[];
}

const row = (label: string, figure: Ratio, goal: number): RatioRow => ({ label, ratio: figure, goal, higherIsBetter: false });
const ratio = (laps: Laps, name: string): Ratio =>
  summary(laps.many.map((figures, round) => (figures[name] ?? 0) / (laps.few[round]?.[name] ?? 0)));
const seconds = (laps: readonly Figures[], name: string): Ratio => summary(laps.map((figures) => (figures[name] ?? 0) / 1000));

const startRows = (start: Laps): readonly RatioRow[] => [
  {
    ...row('seconds from file to first poll, archive stored before', seconds(start.many, 'againMs'), 0.5),
    open: 'a fifth of it is reading the file; threads start for as long, and 100 meters take half as long as 10,000',
  },
  row('lookup of a meter with its latest readings, many / few', ratio(start, 'lookupMicros'), 1.2),
];

const startFigures = (start: Laps): Figures => ({
  'few: s from file to first poll': seconds(start.few, 'againMs').median,
  'many: s to read the file': seconds(start.many, 'loadedMs').median,
  'many: s from file to first poll, at the first start': seconds(start.many, 'firstPollMs').median,
  'few: µs of CPU a lookup': start.few[0]?.lookupMicros ?? 0,
});

async function startSimulator(): Promise<{ readonly process: ChildProcess; readonly portNumber: number }> {
  const data: FleetData = { kind: 'dlt645', replyDelayMs: 0 };
  const child = fork(path.join(import.meta.dirname, 'tcp-fleet-worker.ts'), [JSON.stringify(data)]);
  const [{ port }] = (await once(child, 'message')) as [AddressInfo];
  return { process: child, portNumber: port };
}

async function measured(ask: GrowthAsk): Promise<Figures> {
  const script = ask.figure === 'start' ? new URL('./growth-start.ts', import.meta.url) : new URL('./growth-child.ts', import.meta.url);
  const child = fork(script, [JSON.stringify(ask)], { execArgv: ['--expose-gc'] });
  const limit = setTimeout(() => child.kill('SIGKILL'), CHILD_LIMIT_MS);
  try {
    const [answer] = await Promise.race([
      once(child, 'message') as Promise<[Figures]>,
      once(child, 'exit').then(() => {
        throw new Error(`${ask.figure} at ${ask.meters} meters ended without an answer`);
      }),
    ]);
    return answer;
  } finally {
    clearTimeout(limit);
  }
}
