/** The field tools over every kind of link: a real pty, a real socket, a real broker. */
import { expect, onTestFinished, test } from 'vitest';
import { NO_FAULTS } from '../../simulators/faults/faults.ts';
import { servePty } from '../../simulators/lines/serve-pty.ts';
import { createSharedLine } from '../../simulators/lines/shared-line.ts';
import { runSimulation } from '../../simulators/simulate.ts';
import { createTown } from '../../simulators/town.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createEmbeddedBroker } from '../../src/transports/embedded-broker.ts';
import { runCli, startCli } from '../support/child.ts';
import { ptyFor } from '../support/pty.ts';

const TOPICS = 'down=maker/7/tx&up=maker/7/rx';
const town = { seed: 7, clock: systemClock };

const read = (link: string, address: string) => runCli(['read', '--link', link, '--address', address, '--register', '1-0:1.8.0', '--json']);

/** The address of the seed's first meter, and a simulation that serves it. */
async function serve(listen: string) {
  const simulation = await runSimulation({ ...town, protocol: 'dlt645-2007', listen, meters: 1 });
  onTestFinished(() => simulation.close());
  return { address: simulation.meters[0]?.address ?? '', listening: simulation.lines[0] ?? '' };
}

async function expectReading(link: string, address: string): Promise<void> {
  const { code, stdout, stderr } = await read(link, address);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ register: '1-0:1.8.0', unit: 'kWh', value: expect.stringMatching(/^\d+\.\d\d$/) });
}

test('a meter is read over a serial port with the port settings of the link', async (context) => {
  const [meter] = createTown({ ...town, count: 1 });
  if (meter === undefined) return expect.unreachable('the town is empty');
  const line = createSharedLine({ meters: [meter], clock: systemClock, faults: NO_FAULTS, log: undefined, pacing: undefined });
  const served = servePty(await ptyFor(context), line);
  onTestFinished(() => served.close());
  await expectReading(`serial:${served.listening.slice('pty:'.length)}?baud=9600&parity=even&dataBits=8&stopBits=1`, meter.address);
});

test.each(['tcp', 'rtu+tcp'])('a meter is read over %s, which is the same socket', async (scheme) => {
  const { address, listening } = await serve(`${scheme}://127.0.0.1:0`);
  await expectReading(listening.replace('tcp', scheme), address);
});

test.each([
  ['the topics of the protocol', '', ''],
  ['topics of its own', `?${TOPICS}`, `?${TOPICS}&port=2`],
])('a meter is read through a concentrator with %s', async (_name, served, asked) => {
  const broker = await createEmbeddedBroker({ clock: systemClock });
  onTestFinished(() => broker.close());
  const { address } = await serve(`${broker.url}/JZQ-07${served}`);
  await expectReading(`${broker.url}/JZQ-07${asked}`, address);
});

test.each([
  ['1997', ['--protocol', 'dlt645-1997']],
  ['Modbus', ['--protocol', 'modbus-rtu', '--map', 'hiking-dds238']],
])('meters of %s in a process of their own are read and found through a concentrator', async (_name, speaks) => {
  const broker = await createEmbeddedBroker({ clock: systemClock });
  onTestFinished(() => broker.close());
  const link = `${broker.url}/JZQ-07`;
  const meters = startCli(['simulate', ...speaks, '--meters', '1', '--load-factor', '0', '--listen', link]);
  onTestFinished(async () => void (await meters.stop('SIGTERM')));
  const { address } = JSON.parse(await meters.line((line) => line.startsWith('{'))).meters[0];
  const { code, stdout, stderr } = await runCli([
    ...['read', '--link', link, ...speaks],
    ...['--address', address, '--register', '1-0:1.8.0', '--json'],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ value: expect.stringMatching(/^\d+\.\d\d$/), unit: 'kWh' });
  const scan = await runCli(['scan', '--link', link, ...speaks, '--units', '1', '--json']);
  expect(scan.code).toBe(0);
  expect(JSON.parse(scan.stdout)).toMatchObject({ protocol: speaks[1], address, speed: null, parity: null });
});
