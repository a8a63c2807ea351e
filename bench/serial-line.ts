/** S1: how much of a half-duplex serial line the bus uses. The line's own arithmetic is the limit: nothing passes 1.00. */
import { fromHex } from '../src/kernel/bytes.ts';
import { characterMs, type PortSettings } from '../src/transports/port-settings.ts';
import { openPacedLine } from './paced-line.ts';
import { type Ratio, type RatioRow, ratioRounds, type Scenario, summary } from './scenario.ts';
import { busPoller, greedyPoller, type PolledLine, type Poller, silencePoller } from './serial-pollers.ts';

interface Speed {
  readonly baudRate: number;
  readonly replyDelayMs: number;
  readonly polls: number;
  readonly stretch: number;
}

const QUICK: readonly Speed[] = [{ baudRate: 9600, replyDelayMs: 20, polls: 12, stretch: 0.985 }];
const FULL: readonly Speed[] = [
  { baudRate: 9600, replyDelayMs: 20, polls: 30, stretch: 0.985 },
  { baudRate: 9600, replyDelayMs: 50, polls: 20, stretch: 0.985 },
  { baudRate: 2400, replyDelayMs: 20, polls: 10, stretch: 0.992 },
  { baudRate: 2400, replyDelayMs: 50, polls: 10, stretch: 0.992 },
];

const GOAL = 0.97;
const SILENCE_MS = 30;
const SILENCE_GOAL = 1.35;
/** The shim is trusted only where a loop that does nothing else reaches this much of the line. */
const SHIM_GOAL = 0.97;

/** Reads 00010000 of meter 000000000001, worked out by hand; four wake-up bytes each way: 20 and 24 characters. */
const REQUEST = bytesOf('FEFEFEFE 68 01 00 00 00 00 00 68 11 04 33 33 34 33 B3 16');
const REPLY = bytesOf('FEFEFEFE 68 01 00 00 00 00 00 68 91 08 33 33 34 33 67 45 33 33 49 16');

function bytesOf(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array(0);
}

export const s1: Scenario = {
  id: 'S1',
  title: 'One DL/T 645 line, share of what is physically possible',
  async run({ quick }) {
    const rows: RatioRow[] = [];
    const absolute: Record<string, number> = {};
    for (const speed of quick ? QUICK : FULL) {
      const measured = await measure(speed, quick);
      const label = `${speed.baudRate}/${speed.replyDelayMs} ms`;
      rows.push({ label: `bus / line at ${label}`, ratio: measured.ours, goal: GOAL, stretch: speed.stretch, higherIsBetter: true });
      if (measured.overSilence !== undefined) {
        rows.push({
          label: `bus / silence of ${SILENCE_MS} ms at ${label}`,
          ratio: measured.overSilence,
          goal: SILENCE_GOAL,
          higherIsBetter: true,
        });
      }
      absolute[`greedy loop / line at ${label}`] = measured.greedy.median;
      absolute[`CPU ms a poll at ${label}, shim included`] = measured.cpuMs;
    }
    return { id: 'S1', rows, absolute, checked: 'every reply byte by byte, no repeat, no collision on the line' };
  },
};

interface Measured {
  readonly ours: Ratio;
  readonly greedy: Ratio;
  /** At the first speed only: elsewhere silence costs less and proves less. */
  readonly overSilence: Ratio | undefined;
  readonly cpuMs: number;
}

async function measure({ baudRate, replyDelayMs, polls }: Speed, quick: boolean): Promise<Measured> {
  const port: PortSettings = { baudRate, dataBits: 8, parity: 'even', stopBits: 1 };
  const open = () => openPacedLine({ characterMs: characterMs(port), replyDelayMs, request: REQUEST, reply: REPLY });
  const line = await open();
  const polled: PolledLine = { portNumber: line.portNumber, port, request: REQUEST, reply: REPLY };
  const withSilence = baudRate === 9600 && replyDelayMs === 20;
  const ours = measured('bus', await busPoller(polled), polls, line.exchangeMs);
  const greedy = measured('greedy', await greedyPoller(polled), polls, line.exchangeMs);
  const silence = withSilence ? measured('silence', await silencePoller(polled, SILENCE_MS), polls, line.exchangeMs) : undefined;
  const contenders = [ours, greedy, ...(silence === undefined ? [] : [silence])];
  try {
    const rounds = await ratioRounds(contenders, { quick });
    const shim = greedy.share();
    if (shim.median < SHIM_GOAL)
      throw new Error(`the paced line is not accurate enough here: its greedy loop reaches ${shim.median.toFixed(3)} of the line`);
    return {
      ours: ours.share(),
      greedy: shim,
      overSilence: silence === undefined ? undefined : rounds.ratio('bus', 'silence'),
      cpuMs: rounds.medianOf('bus', 'cpuMicrosPerUnit') / 1000,
    };
  } finally {
    for (const { poller } of contenders) await poller.close();
    await line.close();
  }
}

/** A contender that also keeps, round by round, which share of the line it reached. */
function measured(name: string, poller: Poller, polls: number, exchangeMs: number) {
  const shares: number[] = [];
  return {
    name,
    poller,
    async run() {
      const before = performance.now();
      await poller.poll(polls);
      shares.push((polls * exchangeMs) / (performance.now() - before));
      return polls;
    },
    /** Of the counted rounds: the first one warms up. */
    share: (): Ratio => summary(shares.slice(1)),
  };
}
