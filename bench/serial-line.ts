/** S1: how much of a half-duplex serial line the bus uses. The line's own arithmetic is the limit: nothing passes 1.00. */
import { fromHex } from '../src/kernel/bytes.ts';
import { characterMs, type PortSettings } from '../src/transports/port-settings.ts';
import { exchangeMs, openPacedLine } from './paced-line.ts';
import { type Contender, NotTimed, type Ratio, type RatioRow, ratioRounds, type Scenario, withShare } from './scenario.ts';
import { busPoller, greedyPoller, type PolledLine, type Poller, silencePoller } from './serial-pollers.ts';

interface Speed {
  readonly baudRate: number;
  readonly replyDelayMs: number;
  readonly polls: number;
  readonly stretch: number;
}

const QUICK: readonly Speed[] = [{ baudRate: 9600, replyDelayMs: 20, polls: 6, stretch: 0.985 }];
const FULL: readonly Speed[] = [
  { baudRate: 9600, replyDelayMs: 20, polls: 30, stretch: 0.985 },
  { baudRate: 9600, replyDelayMs: 50, polls: 20, stretch: 0.985 },
  { baudRate: 2400, replyDelayMs: 20, polls: 10, stretch: 0.992 },
  { baudRate: 2400, replyDelayMs: 50, polls: 10, stretch: 0.992 },
];

const GOAL = 0.97;
const SILENCE_MS = 30;
const SILENCE_GOAL = 1.35;

/** Reads 00010000 of meter 000000000001, worked out by hand; four wake-up bytes each way: 20 and 24 characters. */
export const REQUEST = bytesOf('FEFEFEFE 68 01 00 00 00 00 00 68 11 04 33 33 34 33 B3 16');
export const REPLY = bytesOf('FEFEFEFE 68 01 00 00 00 00 00 68 91 08 33 33 34 33 67 45 33 33 49 16');

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
      absolute[`CPU ms a poll at ${label}`] = measured.cpuMs;
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
  const answer = { request: REQUEST, reply: REPLY };
  const settings = { characterMs: characterMs(port), replyDelayMs, answers: [answer] };
  const line = await openPacedLine(settings);
  const polled: PolledLine = { portNumber: line.portNumber, port, ...answer };
  const withSilence = baudRate === 9600 && replyDelayMs === 20;
  const limit = 1000 / exchangeMs(settings, answer);
  const pollers = new Map<string, Poller>([
    ['bus', await busPoller(polled)],
    ['greedy', await greedyPoller(polled)],
    ...(withSilence ? [['silence', await silencePoller(polled, SILENCE_MS)] as const] : []),
  ]);
  const [ours, greedy, ...more] = [...pollers].map(([name, poller]) => withShare(pollingContender(name, poller, polls), limit));
  if (ours === undefined || greedy === undefined) throw new Error('nobody polls');
  try {
    const rounds = await ratioRounds([ours, greedy, ...more], { quick, quickRounds: 2 });
    assertSharp(greedy.share(), quick);
    if (line.figure('collisions') > 0) throw new Error('a request collided with a reply on the line');
    return {
      ours: ours.share(),
      greedy: greedy.share(),
      overSilence: withSilence ? rounds.ratio('bus', 'silence') : undefined,
      cpuMs: rounds.medianOf('bus', 'cpuMicrosPerUnit') / 1000,
    };
  } finally {
    for (const poller of pollers.values()) await poller.close();
    await line.close();
  }
}

export const pollingContender = (name: string, poller: Poller, polls: number): Contender => ({
  name,
  async run() {
    await poller.poll(polls);
    return polls;
  },
});

/** The paced line is trusted only where a loop that does nothing else reaches this much of it; a quick run takes what a shared machine gives. */
const SHARP = 0.97;
const SHARP_QUICK = 0.8;

export function assertSharp(greedy: Ratio, quick: boolean): void {
  if (greedy.median >= (quick ? SHARP_QUICK : SHARP)) return;
  throw new NotTimed(`the paced line is not accurate enough here: its greedy loop reaches ${greedy.median.toFixed(3)} of the line`);
}
