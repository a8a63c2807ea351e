/** S5: values a second where a meter has many: neighbours read together against one by one, on the same line by the same driver. */
import { RTU_GAP_CHARACTERS } from '../protocols/modbus/index.ts';
import { NO_FAULTS } from '../simulators/faults/faults.ts';
import { createSharedLine } from '../simulators/lines/shared-line.ts';
import { createTown } from '../simulators/town.ts';
import { asRegister, type RegisterName } from '../src/core/model/register.ts';
import { shownBy } from '../src/core/ports/meter-gateway.ts';
import { createDlt645Driver } from '../src/drivers/dlt645/driver.ts';
import { EDITION_2007 } from '../src/drivers/dlt645/edition-2007.ts';
import type { DriverMeter } from '../src/drivers/driver.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { characterMs, type PortSettings, silenceMs } from '../src/transports/port-settings.ts';
import { type LineAnswer, openPacedLine } from './paced-line.ts';
import { HELD, modbusMeter, REGISTERS, rtuAnswer, UNIT } from './rtu-meter.ts';
import { driverPoller } from './rtu-pollers.ts';
import { type Contender, type Ratio, ratioRounds, type Scenario } from './scenario.ts';
import { openBus, type Poller } from './serial-pollers.ts';

const PORT: PortSettings = { baudRate: 9600, dataBits: 8, parity: 'even', stopBits: 1 };
const PACE = { characterMs: characterMs(PORT), replyDelayMs: 20 };
/** Total and four rates of each: combined, forward, reverse, and forward as of the last settlement. */
const BLOCKS: readonly (readonly string[])[] = ['0000RR00', '0001RR00', '0002RR00', '0001RR01'].map((di) =>
  Array.from({ length: 5 }, (_, rate) => di.replace('RR', `0${rate}`)),
);
const ITEMS: readonly RegisterName[] = BLOCKS.flat().map(asRegister);
const WAKE_UP = 4;

export const s5: Scenario = {
  id: 'S5',
  title: 'Values a second at 9600/20 ms: blocks against single items',
  async run({ quick }) {
    const dlt645 = await measured(quick, await dlt645Pollers());
    const rtu = await measured(quick, await rtuPollers());
    return {
      id: 'S5',
      rows: [
        { label: `DL/T 645, ${ITEMS.length} items in blocks / one by one`, ratio: dlt645, goal: 3.5, stretch: 3.9, higherIsBetter: true },
        { label: `Modbus RTU, ${HELD.length} registers merged / one by one`, ratio: rtu, goal: 3.5, stretch: 3.9, higherIsBetter: true },
      ],
      absolute: {},
      checked: 'both ways give the same values, of every poll',
    };
  },
};

interface Pair {
  readonly together: Poller;
  readonly single: Poller;
  close(): Promise<void>;
}

async function measured(quick: boolean, { together, single, close }: Pair): Promise<Ratio> {
  const contender = (name: string, poller: Poller, polls: number): Contender => ({
    name,
    async run() {
      await poller.poll(polls);
      return polls;
    },
  });
  try {
    const rounds = await ratioRounds([contender('together', together, quick ? 1 : 3), contender('single', single, 1)], {
      quick,
      quickRounds: 1,
    });
    return rounds.ratio('together', 'single');
  } finally {
    await together.close();
    await single.close();
    await close();
  }
}

async function rtuPollers(): Promise<Pair> {
  const gapMs = silenceMs(PORT, RTU_GAP_CHARACTERS);
  const answers = [rtuAnswer(0, HELD.length), ...HELD.map((_, address) => rtuAnswer(address, 1))];
  const { portNumber, close } = await openPacedLine({ ...PACE, gapMs, answers });
  const together = await driverPoller({ portNumber, port: PORT }, [REGISTERS]);
  const single = await driverPoller(
    { portNumber, port: PORT },
    REGISTERS.map((register) => [register]),
  );
  return { together, single, close };
}

async function dlt645Pollers(): Promise<Pair> {
  const meter = createTown({ seed: 5, count: 8, clock: systemClock, loadFactor: 0 }).find(({ wakeUpBytes }) => wakeUpBytes === WAKE_UP);
  if (meter === undefined) throw new Error('no meter of the town has wake-up bytes');
  const line = createSharedLine({ meters: [meter], clock: systemClock, faults: NO_FAULTS, log: undefined, pacing: undefined });
  const answerTo = (di: string): LineAnswer => {
    const request = EDITION_2007.requestData(meter.address, di, 0).bytes;
    let reply = new Uint8Array(0);
    line.connect((bytes) => (reply = Uint8Array.from(bytes))).hear(request);
    return { request, reply };
  };
  const dis = [...BLOCKS.map(([first = '']) => EDITION_2007.blockDi(first)), ...BLOCKS.flat()];
  const { portNumber, close } = await openPacedLine({ ...PACE, answers: dis.map(answerTo) });
  let held: string | undefined;

  async function poller(groups: readonly (readonly RegisterName[])[]): Promise<Poller> {
    const opened = await openBus({ portNumber, port: PORT });
    const driver = createDlt645Driver({ bus: opened.bus, clock: systemClock });
    const asked: DriverMeter = { ...modbusMeter(UNIT), id: 'meter', address: meter?.address ?? '' };
    return {
      async poll(times) {
        for (let count = 0; count < times; count++) {
          const values: string[] = [];
          for (const registers of groups) {
            const answers = await driver.readRegisters(asked, registers, { priority: 'scheduled' });
            if (!answers.ok) throw new Error(`the driver lost a poll: ${answers.error.code}`);
            values.push(...answers.value.map((answer) => `${answer.register} ${shownBy(answer)}`));
          }
          held ??= values.join();
          if (values.length !== ITEMS.length || values.join() !== held) throw new Error(`a poll read ${values.join()}, not ${held}`);
        }
      },
      close: opened.close,
    };
  }
  return { together: await poller([ITEMS]), single: await poller(ITEMS.map((item) => [item])), close };
}
