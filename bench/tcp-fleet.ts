/** T1, T2 and T3: meters on the network, a connection each. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { type Contender, type RatioRow, type Rounds, ratioRounds, type Scenario, type ScenarioResult, withShare } from './scenario.ts';
import type { FleetKind } from './tcp-fleet-meters.ts';
import { type Fleet, type FleetPlan, jsmodbusFleet, modbusSerialFleet, ourFleet, rawFleet } from './tcp-fleet-pollers.ts';
import type { FleetData } from './tcp-fleet-worker.ts';

const METERS = 1_000;
const QUICK_METERS = 300;
const REPLY_DELAY_MS = 30;
const metersOf = (quick: boolean): number => (quick ? QUICK_METERS : METERS);
/** What the profiles say: driver and bus alone take 5 µs a poll on one line and 6 to 7.5 on 1,000. */
const OPEN = {
  share: 'reached where nothing else runs (0.85 to 0.90); CPU a poll decides, since 1,000 polls of it have to fit into 30 ms',
  raw: 'between 1.6 and 2.0: of some 25 µs 10 are the system’s, as in the raw loop, 6 the socket’s, the rest driver, bus and collector',
  overSerial: 'modbus-serial itself reaches 0.85 of the limit on a quiet machine: 1.3 times that is more than the meters answer',
  zeroDelay: 'the raw loop itself is only 1.7 to 2.1 times as good as modbus-serial: 9 µs a poll are the socket’s and the system’s',
} as const;
const POLLS_A_METER = 50;
const QUICK_POLLS_A_METER = 15;

export const t1: Scenario = {
  id: 'T1',
  title: `${METERS} Modbus TCP meters that answer after ${REPLY_DELAY_MS} ms`,
  run: ({ quick }) =>
    withFleets(
      { kind: 'modbus', replyDelayMs: REPLY_DELAY_MS },
      metersOf(quick),
      ['ours', 'raw', 'modbus-serial', 'jsmodbus'],
      async (fleets) => {
        const { rounds, rows } = await atLatency(fleets, quick);
        const overSerial: RatioRow = {
          label: 'polls/s against modbus-serial',
          ratio: rounds.ratio('ours', 'modbus-serial'),
          goal: 1.3,
          higherIsBetter: true,
          open: OPEN.overSerial,
        };
        return { id: 'T1', rows: [...rows, overSerial], absolute: figuresOf(rounds, fleets), checked: 'ten registers of every poll' };
      },
    ),
};

export const t3: Scenario = {
  id: 'T3',
  title: `${METERS} DL/T 645 meters behind TCP that answer after ${REPLY_DELAY_MS} ms`,
  run: ({ quick }) =>
    withFleets({ kind: 'dlt645', replyDelayMs: REPLY_DELAY_MS }, metersOf(quick), ['ours', 'raw'], async (fleets) => {
      const { rounds, rows } = await atLatency(fleets, quick);
      return { id: 'T3', rows, absolute: figuresOf(rounds, fleets), checked: 'the energy of every poll, as an exact decimal' };
    }),
};

const CONNECTIONS = 64;
const POLLS_A_CONNECTION = 400;
const QUICK_POLLS_A_CONNECTION = 50;

export const t2: Scenario = {
  id: 'T2',
  title: `${CONNECTIONS} Modbus TCP connections without a delay`,
  run: ({ quick }) =>
    withFleets({ kind: 'modbus', replyDelayMs: 0 }, CONNECTIONS, ['ours', 'raw', 'modbus-serial', 'jsmodbus'], async (fleets) => {
      const polls = quick ? QUICK_POLLS_A_CONNECTION : POLLS_A_CONNECTION;
      const rounds = await ratioRounds(contendersOf(fleets, polls), { quick, quickRounds: 2 });
      const over = (peer: Name): RatioRow => ({
        label: `CPU a poll, ${peer} / ours`,
        ratio: rounds.cpuRatio(peer, 'ours'),
        goal: 2.5,
        stretch: 3.5,
        higherIsBetter: true,
        open: OPEN.zeroDelay,
      });
      const rows = [over('modbus-serial'), over('jsmodbus')];
      return { id: 'T2', rows, absolute: figuresOf(rounds, fleets), checked: 'ten registers of every poll' };
    }),
};

/** Share of what the delay allows, and CPU against the least that can be done. */
async function atLatency(fleets: Fleets, quick: boolean): Promise<{ readonly rounds: Rounds; readonly rows: readonly RatioRow[] }> {
  const limit = (metersOf(quick) * 1000) / REPLY_DELAY_MS;
  const contenders = contendersOf(fleets, quick ? QUICK_POLLS_A_METER : POLLS_A_METER).map((contender) => withShare(contender, limit));
  const rounds = await ratioRounds(contenders, { quick, quickRounds: 2 });
  const ours = contenders.find(({ name }) => name === 'ours');
  if (ours === undefined) throw new Error('the product does not take part');
  return {
    rounds,
    rows: [
      { label: `polls/s / ${Math.round(limit)}`, ratio: ours.share(), goal: 0.85, stretch: 0.92, higherIsBetter: true, open: OPEN.share },
      { label: 'CPU a poll / raw', ratio: rounds.cpuRatio('ours', 'raw'), goal: 1.6, stretch: 1.3, higherIsBetter: false, open: OPEN.raw },
    ],
  };
}

type Name = 'ours' | 'raw' | 'modbus-serial' | 'jsmodbus';
type Fleets = ReadonlyMap<Name, Fleet>;

const OPENERS: Readonly<Record<Name, (kind: FleetKind, plan: FleetPlan) => Promise<Fleet>>> = {
  ours: ourFleet,
  raw: rawFleet,
  'modbus-serial': (_, plan) => modbusSerialFleet(plan),
  jsmodbus: (_, plan) => jsmodbusFleet(plan),
};

/** One simulator answers some thirty thousand requests a second; two are never what limits. */
const SIMULATORS = 2;

async function withFleets(
  data: FleetData,
  meters: number,
  names: readonly Name[],
  measure: (fleets: Fleets) => Promise<ScenarioResult>,
): Promise<ScenarioResult> {
  const workers = Array.from(
    { length: SIMULATORS },
    () => new Worker(new URL('./tcp-fleet-worker.ts', import.meta.url), { workerData: data }),
  );
  const fleets = new Map<Name, Fleet>();
  try {
    const ports = await Promise.all(workers.map(async (worker) => ((await once(worker, 'message')) as [AddressInfo])[0].port));
    for (const name of names) fleets.set(name, await OPENERS[name](data.kind, { ports, meters }));
    const before = workers.map((worker) => worker.performance.eventLoopUtilization());
    const result = await measure(fleets);
    const busy = workers.map((worker, index) => worker.performance.eventLoopUtilization(before[index]).utilization);
    return { ...result, absolute: { ...result.absolute, 'simulator, share of its thread': Math.max(...busy) } };
  } finally {
    for (const fleet of fleets.values()) await fleet.close();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Every meter is polled again as soon as it has answered. */
const contendersOf = (fleets: Fleets, polls: number): readonly Contender[] =>
  [...fleets].map(([name, { meters }]) => ({
    name,
    async run() {
      const pollOn = async (poll: () => Promise<void>) => {
        for (let left = polls; left > 0; left--) await poll();
      };
      await Promise.all(meters.map(pollOn));
      return polls * meters.length;
    },
  }));

const figuresOf = (rounds: Rounds, fleets: Fleets): Record<string, number> =>
  Object.fromEntries(
    [...fleets.keys()].flatMap((name) => [
      [`polls a second, ${name}`, rounds.medianOf(name, 'perSecond')],
      [`µs of CPU a poll, ${name}`, rounds.medianOf(name, 'cpuMicrosPerUnit')],
    ]),
  );
