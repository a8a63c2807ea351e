/** S4 and S6: a line of 32 meters that is always full, with dead meters and damaged replies, and with trips in between. */
import { encodeItems, encodeReply, encodeRequest, FUNCTION, findRow } from '../protocols/dlt645/index.ts';
import type { Bus } from '../src/transports/bus/bus.ts';
import type { Exchange, Priority } from '../src/transports/bus/exchange.ts';
import { characterMs, type PortSettings } from '../src/transports/port-settings.ts';
import { exchangeMs, type LineAnswer, machineMs, openPacedLine } from './paced-line.ts';
import { type Contender, median, type Ratio, ratioRounds, type Scenario, summary, withShare } from './scenario.ts';
import { fixedExchange, openBus } from './serial-pollers.ts';
import { stubbornPoller } from './stubborn-poller.ts';

const METERS = 32;
const DEAD = 2;
const POLLS_A_METER = 2;
const QUICK_METERS = 8;
const QUICK_DEAD = 1;
const CORRUPT_EVERY = 100;
const PORT: PortSettings = { baudRate: 9600, dataBits: 8, parity: 'even', stopBits: 1 };
const PACE = { characterMs: characterMs(PORT), replyDelayMs: 20 };
const wakeUp = 4;

interface BenchMeter {
  readonly address: string;
  readonly read: LineAnswer;
  readonly trip: LineAnswer;
}

const meters: readonly BenchMeter[] = Array.from({ length: METERS }, (_, index) => {
  const address = String(index + 1).padStart(12, '0');
  const row = findRow('00010000');
  if (row === undefined) throw new Error('the catalogue has no forward active energy');
  const value = encodeItems(row, [{ value: { kind: 'number', decimal: { unscaled: BigInt(index * 1001), scale: 2 } } }]);
  const deadline = { year: 2026, month: 12, day: 1, hour: 0, minute: 0, second: 0 };
  const order = { kind: 'relay', action: 'trip', password: '02000000', operator: '00000000', limit: 0, deadline } as const;
  return {
    address,
    read: {
      request: encodeRequest(address, { kind: 'read', di: row.di }, { wakeUp }),
      reply: encodeReply(address, { kind: 'read', di: row.di, value, more: false }, { wakeUp }),
    },
    trip: {
      request: encodeRequest(address, order, { wakeUp }),
      reply: encodeReply(address, { kind: 'accepted', function: FUNCTION.relay, data: new Uint8Array(0) }, { wakeUp }),
      isOrder: true,
    },
  };
});

/** What one read takes, and so what the line can do at most. */
const READ_MS = exchangeMs(PACE, meters[0]?.read ?? { request: new Uint8Array(0), reply: new Uint8Array(0) });

const silenced = (answer: LineAnswer): LineAnswer => ({ ...answer, reply: new Uint8Array(0) });

/** Reads that a silent meter's back-off refuses are asked again after a moment, as by a poll whose turn comes again. */
const REFUSED_REST_MS = 250;

/** Every meter asks again as soon as it has its answer. */
function pollAll(bus: Bus, polled: readonly BenchMeter[]): { answered: () => number; reaches(count: number): Promise<void>; stop(): void } {
  let answered = 0;
  let stopped = false;
  let waiting: { readonly count: number; readonly resolve: () => void } | undefined;
  const pollForEver = async ({ address, read }: BenchMeter) => {
    const exchange = fixedExchange(read, address);
    while (!stopped) {
      const { ok } = await bus.request(exchange, { priority: 'scheduled' });
      if (ok) answered += 1;
      else await new Promise((resolve) => setTimeout(resolve, REFUSED_REST_MS));
      if (waiting !== undefined && answered >= waiting.count) waiting.resolve();
    }
  };
  for (const meter of polled) void pollForEver(meter);
  return {
    answered: () => answered,
    reaches: (count) =>
      new Promise((resolve) => {
        waiting = { count, resolve };
      }),
    stop() {
      stopped = true;
    },
  };
}

export const s4: Scenario = {
  id: 'S4',
  title: `${METERS} meters, ${DEAD} of them dead, one reply in ${CORRUPT_EVERY} damaged, 9600/20 ms`,
  async run({ quick }) {
    const polled = quick ? meters.slice(0, QUICK_METERS) : meters;
    const answers = polled.map(({ read }, index) => (index < (quick ? QUICK_DEAD : DEAD) ? silenced(read) : read));
    const settings = { ...PACE, corruptEvery: CORRUPT_EVERY, answers };
    const [ourLine, theirLine] = [await openPacedLine(settings), await openPacedLine(settings)];
    const { bus, close } = await openBus({ portNumber: ourLine.portNumber, port: PORT });
    const stubborn = await stubbornPoller(
      theirLine.portNumber,
      polled.map(({ read }) => read),
      PORT,
    );
    // The line of the one rests while the other's is measured.
    const ours = async () => {
      const polls = pollAll(bus, polled);
      await polls.reaches(POLLS_A_METER * polled.length);
      polls.stop();
      await idle(bus);
      return polls.answered();
    };
    const contenders = [
      { name: 'bus', run: ours },
      { name: 'stubborn', run: stubborn.round },
    ].map((contender) => withShare(contender, 1000 / READ_MS));
    try {
      const rounds = await ratioRounds(contenders, { quick, quickRounds: 1 });
      if (ourLine.figure('collisions') > 0) throw new Error('a request collided with a reply on the line');
      const share = contenders[0]?.share() ?? summary([]);
      return {
        id: 'S4',
        rows: [
          { label: 'useful polls / line', ratio: share, goal: 0.9, stretch: 0.94, higherIsBetter: true },
          { label: 'bus / two repeats, no circuit breaker', ratio: rounds.ratio('bus', 'stubborn'), goal: 1.9, higherIsBetter: true },
        ],
        absolute: { 'of the line, peer': contenders[1]?.share().median ?? 0, 'damaged replies': ourLine.figure('corrupted') },
        checked: 'every reply byte by byte; the first round finds the dead and is not counted',
        note: `${DEAD} of ${METERS} are 6.25 % (a quick run: ${QUICK_DEAD} of ${QUICK_METERS}); our line rests while the other is measured, which only brings probes forward`,
      };
    } finally {
      await close();
      await stubborn.close();
      await ourLine.close();
      await theirLine.close();
    }
  },
};

async function idle(bus: Bus): Promise<void> {
  while (bus.health().queueLength > 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

const TRIPS = 30;
const QUICK_TRIPS = 8;
const FIFO_TRIPS = 4;
const LEEWAY_MS = 10;
const STRETCH_LEEWAY_MS = 2;

export const s6: Scenario = {
  id: 'S6',
  title: `A trip on a saturated line of ${METERS}, first byte on the wire`,
  async run({ quick }) {
    const line = await openPacedLine({ ...PACE, answers: meters.flatMap(({ read, trip }) => [read, trip]) });
    const { bus, close } = await openBus({ portNumber: line.portNumber, port: PORT });
    const polls = pollAll(bus, meters);
    const waits = new Map<Priority, number[]>();

    /** Trips at moments that have nothing to do with the exchanges. */
    const tripping = (name: string, priority: Priority, trips: number): Contender => ({
      name,
      async run() {
        for (let count = 0; count < trips; count++) {
          await new Promise((resolve) => setTimeout(resolve, READ_MS * (0.5 + Math.random())));
          const meter = meters[Math.floor(Math.random() * METERS)];
          if (meter === undefined) throw new Error('no such meter');
          const askedMs = machineMs();
          const outcome = await bus.request(orderTo(meter), { priority });
          if (!outcome.ok) throw new Error(`a trip was lost: ${outcome.error.code}`);
          waits.set(priority, [...(waits.get(priority) ?? []), line.figure('orderAtMs') - askedMs]);
        }
        return trips;
      },
    });
    try {
      const contenders = [tripping('trip', 'trip', quick ? QUICK_TRIPS : TRIPS), tripping('queue', 'scheduled', FIFO_TRIPS)];
      await ratioRounds(quick ? contenders.slice(0, 1) : contenders, { quick, quickRounds: 1 });
      const ours = waits.get('trip') ?? [];
      const queued = waits.get('scheduled') ?? [];
      const p99 = percentile(ours, 0.99);
      return {
        id: 'S6',
        rows: [
          {
            label: `p99 of the wait / (one exchange + ${LEEWAY_MS} ms)`,
            ratio: single(p99 / (READ_MS + LEEWAY_MS)),
            goal: 1,
            stretch: Number(((READ_MS + STRETCH_LEEWAY_MS) / (READ_MS + LEEWAY_MS)).toFixed(3)),
            higherIsBetter: false,
          },
        ],
        absolute: {
          'one exchange, ms': READ_MS,
          trips: ours.length,
          'median wait, ms': median(ours),
          'p99 wait, ms': p99,
          'longest wait, ms': Math.max(...ours),
          ...(quick ? {} : { 'median wait in one queue with the polls, ms': median(queued) }),
        },
        checked: 'every trip is accepted by its meter',
      };
    } finally {
      polls.stop();
      await close();
      await line.close();
    }
  },
};

function orderTo({ address, trip }: BenchMeter): Exchange {
  return { ...fixedExchange(trip, address), repeatable: false };
}

const single = (figure: number): Ratio => ({ median: figure, min: figure, max: figure });

function percentile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
