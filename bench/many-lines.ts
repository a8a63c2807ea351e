/** S3: sixteen serial lines in one process, each polled without a pause. */
import { characterMs, type PortSettings } from '../src/transports/port-settings.ts';
import { exchangeMs, openPacedLine } from './paced-line.ts';
import { type Contender, ratioRounds, type Scenario, withShare } from './scenario.ts';
import { assertSharp, REPLY, REQUEST } from './serial-line.ts';
import { busPoller, greedyPoller, type PolledLine, type Poller } from './serial-pollers.ts';

const LINES = 16;
const PORT: PortSettings = { baudRate: 9600, dataBits: 8, parity: 'even', stopBits: 1 };
const POLLS = 20;
const QUICK_POLLS = 5;

export const s3: Scenario = {
  id: 'S3',
  title: `${LINES} DL/T 645 lines at 9600/20 ms in one process`,
  async run({ quick }) {
    const answer = { request: REQUEST, reply: REPLY };
    const settings = { characterMs: characterMs(PORT), replyDelayMs: 20, answers: [answer] };
    const lines = await openPacedLine(settings);
    const polled: PolledLine = { portNumber: lines.portNumber, port: PORT, ...answer };
    const buses = await onAllLines(() => busPoller(polled));
    const greedy = await onAllLines(() => greedyPoller(polled));
    const limit = (LINES * 1000) / exchangeMs(settings, answer);
    const [ours, loop] = [contender('bus', buses), contender('greedy', greedy)].map((each) => withShare(each, limit));
    if (ours === undefined || loop === undefined) throw new Error('nobody polls');
    try {
      const rounds = await ratioRounds([ours, loop], { quick, quickRounds: 2 });
      assertSharp(loop.share(), quick);
      return {
        id: 'S3',
        rows: [
          { label: 'buses / lines', ratio: ours.share(), goal: 0.97, stretch: 0.98, higherIsBetter: true },
          { label: 'µs of CPU a poll', ratio: rounds.spread('bus', 'cpuMicrosPerUnit'), goal: 600, stretch: 300, higherIsBetter: false },
        ],
        absolute: {
          'greedy loops / lines': loop.share().median,
          'µs of CPU a poll, greedy loop': rounds.medianOf('greedy', 'cpuMicrosPerUnit'),
        },
        checked: 'every reply byte by byte on every line, no repeat, no collision',
      };
    } finally {
      for (const poller of [...buses, ...greedy]) await poller.close();
      await lines.close();
    }

    /** All lines at once; a unit is one poll of one of them. */
    function contender(name: string, pollers: readonly Poller[]): Contender {
      const polls = quick ? QUICK_POLLS : POLLS;
      return {
        name,
        async run() {
          await Promise.all(pollers.map((poller) => poller.poll(polls)));
          if (lines.figure('collisions') > 0) throw new Error('a request collided with a reply on a line');
          return polls * pollers.length;
        },
      };
    }
  },
};

const onAllLines = (open: () => Promise<Poller>): Promise<readonly Poller[]> => Promise.all(Array.from({ length: LINES }, open));
