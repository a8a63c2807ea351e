/** S2: one Modbus RTU line, with the silence before each request that the standard asks for. */
import { RTU_GAP_CHARACTERS } from '../protocols/modbus/index.ts';
import { characterMs, type PortSettings, silenceMs } from '../src/transports/port-settings.ts';
import { exchangeMs, openPacedLine } from './paced-line.ts';
import { HELD, REGISTERS, rtuAnswer } from './rtu-meter.ts';
import { driverPoller, jsmodbusPoller, modbusSerialPoller } from './rtu-pollers.ts';
import { ratioRounds, type Scenario, withShare } from './scenario.ts';
import { assertSharp, pollingContender } from './serial-line.ts';
import { greedyPoller, type Poller } from './serial-pollers.ts';

const PORT: PortSettings = { baudRate: 9600, dataBits: 8, parity: 'even', stopBits: 1 };
const REPLY_DELAY_MS = 20;
const POLLS = 20;
const QUICK_POLLS = 5;

export const s2: Scenario = {
  id: 'S2',
  title: 'One Modbus RTU line with its legal gap of 3.5 characters, ten registers a poll',
  async run({ quick }) {
    const answer = rtuAnswer(0, HELD.length);
    const gapMs = silenceMs(PORT, RTU_GAP_CHARACTERS);
    const settings = { characterMs: characterMs(PORT), replyDelayMs: REPLY_DELAY_MS, gapMs, answers: [answer] };
    const line = await openPacedLine(settings);
    const polled = { portNumber: line.portNumber, port: PORT };
    const violations = new Map<string, number>();
    const pollers = new Map<string, Poller>([
      ['bus', await driverPoller(polled, [REGISTERS])],
      ['greedy', await greedyPoller({ ...polled, ...answer }, gapMs)],
      ['modbus-serial', await modbusSerialPoller(line.portNumber)],
      ['jsmodbus', await jsmodbusPoller(line.portNumber)],
    ]);
    const contenders = [...pollers].map(([name, poller]) => {
      const { run } = pollingContender(name, poller, quick ? QUICK_POLLS : POLLS);
      const counting = async () => {
        const before = line.figure('gapViolations');
        const polls = await run();
        violations.set(name, (violations.get(name) ?? 0) + line.figure('gapViolations') - before);
        return polls;
      };
      return withShare({ name, run: counting }, 1000 / exchangeMs(settings, answer));
    });
    try {
      const rounds = await ratioRounds(contenders, { quick, quickRounds: 2 });
      const [ours, greedy] = contenders;
      if (ours === undefined || greedy === undefined) throw new Error('nobody polls');
      assertSharp(greedy.share(), quick);
      if ((violations.get('bus') ?? 0) > 0) throw new Error(`${violations.get('bus')} requests came before 3.5 characters of silence`);
      return {
        id: 'S2',
        rows: [{ label: 'driver / legal line at 9600/20 ms', ratio: ours.share(), goal: 0.97, stretch: 0.985, higherIsBetter: true }],
        absolute: {
          'greedy loop with the gap / line': greedy.share().median,
          'CPU ms a poll': rounds.medianOf('bus', 'cpuMicrosPerUnit') / 1000,
          'CPU ms a poll, modbus-serial': rounds.medianOf('modbus-serial', 'cpuMicrosPerUnit') / 1000,
          'CPU ms a poll, jsmodbus': rounds.medianOf('jsmodbus', 'cpuMicrosPerUnit') / 1000,
          'gap violations, driver': violations.get('bus') ?? 0,
          'gap violations, modbus-serial': violations.get('modbus-serial') ?? 0,
          'gap violations, jsmodbus': violations.get('jsmodbus') ?? 0,
        },
        checked: 'every register of every poll, of all four; the line itself counts the gaps, and the driver violates none',
      };
    } finally {
      for (const poller of pollers.values()) await poller.close();
      await line.close();
    }
  },
};
