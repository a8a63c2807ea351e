/** A tunnel over a real broker whose concentrator and network redeliver, reorder, split and merge as they like. */
import fc from 'fast-check';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NO_FAULTS } from '../../simulators/faults/faults.ts';
import type { HeardFrame } from '../../simulators/frame-log.ts';
import { DEFAULT_TOPICS, type Deliver, serveMqttConcentrator, type UpMessage } from '../../simulators/lines/serve-mqtt-concentrator.ts';
import { createSharedLine } from '../../simulators/lines/shared-line.ts';
import { createTown } from '../../simulators/town.ts';
import { ENERGY_TOTAL } from '../../src/core/model/register.ts';
import { createDlt645Driver } from '../../src/drivers/dlt645/driver.ts';
import type { DriverMeter, MeterDriver } from '../../src/drivers/driver.ts';
import { plusMs, systemClock } from '../../src/kernel/clock.ts';
import { formatDecimal } from '../../src/kernel/decimal.ts';
import { parseZone } from '../../src/kernel/local-time.ts';
import { createBus } from '../../src/transports/bus/bus.ts';
import { createEmbeddedBroker, type EmbeddedBroker } from '../../src/transports/embedded-broker.ts';
import { createMqttLink } from '../../src/transports/mqtt-link.ts';
import { createMqttTransport } from '../../src/transports/mqtt-transport.ts';

const CLOCK = systemClock;
const ZONE = parseZone('Asia/Shanghai');
const NOW = { priority: 'on-demand' } as const;
const METERS = 2;

/** What becomes of one reply. */
interface Fate {
  /** Where it is cut, in percent of its length. */
  readonly cuts: readonly number[];
  /** Each chunk, and each larger piece that some of them are merged into, is delivered at a place that these sort it to. */
  readonly places: readonly number[];
  /** How many pieces, from any two cuts, come on top. */
  readonly pieces: readonly (readonly [number, number])[];
  /** Messages of earlier transactions that are delivered again before it. */
  readonly again: readonly number[];
  /** How often the request itself reaches the concentrator on top of the first time. */
  readonly requests: number;
}

const anyFate: fc.Arbitrary<Fate> = fc.record({
  cuts: fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 6 }),
  places: fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
  pieces: fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 4 }),
  again: fc.array(fc.nat(50), { maxLength: 3 }),
  requests: fc.nat(2),
});
const anyAct = fc.constantFrom('read 0', 'read 1', 'trip 0', 'close 0', 'relay 0', 'relay 1');
const anyStory = fc.array(fc.tuple(anyAct, anyFate), { minLength: 1, maxLength: 6 });

let broker: EmbeddedBroker;
beforeAll(async () => {
  broker = await createEmbeddedBroker({ clock: systemClock });
});
afterAll(() => broker.close());

/** Delivers each reply by the fate of its turn. */
function createCourier(fateOf: (txId: string) => Fate | undefined): Deliver {
  const sent: UpMessage[] = [];
  return (message) => {
    const fate = fateOf(message.txId);
    if (fate === undefined) return [message];
    const { bytes } = message;
    const edges = [0, ...fate.cuts.map((percent) => Math.floor((bytes.length * percent) / 100)).sort((a, b) => a - b), bytes.length];
    const piece = (from = 0, to = bytes.length) => ({ ...message, bytes: bytes.slice(from, to), offset: message.offset + from });
    const chunks = edges.slice(1).map((to, index) => piece(edges[index], to));
    const merged = fate.pieces.map(([from, to]) => piece(edges[Math.min(from, to)], edges[Math.max(from, to) + 1]));
    const old = fate.again.flatMap((index) => sent[index % Math.max(1, sent.length)] ?? []);
    sent.push(message, ...chunks);
    const fresh = [...chunks, ...merged].map((one, index) => ({ one, place: fate.places[index % fate.places.length] ?? 0 }));
    return [...old, ...fresh.sort((left, right) => left.place - right.place).map(({ one }) => one)];
  };
}

/** Plays one story behind a broker; says what each act came to, and which relay frames the meters obeyed. */
async function play(story: readonly (readonly [string, Fate])[], concentrator: string) {
  const log: HeardFrame[] = [];
  const meters = createTown({ seed: 3, count: METERS, clock: CLOCK, loadFactor: 0 });
  const line = createSharedLine({
    meters,
    clock: CLOCK,
    faults: NO_FAULTS,
    log: { write: (frame) => void log.push(frame), close: () => undefined },
    pacing: undefined,
  });
  const turns = new Map<string, Fate>();
  let turn = 0;
  const deliver = createCourier((txId) => turns.get(txId));

  // Downlinks are heard beside the concentrator, and sent again.
  const network = await connectAsync(broker.url);
  const topic = DEFAULT_TOPICS.down.replace('{concentrator}', concentrator);
  await network.subscribeAsync(topic, { qos: 1 });
  const earlier: string[] = [];
  network.on('message', (_topic, payload) => {
    const text = payload.toString();
    if (earlier.includes(text)) return;
    earlier.push(text);
    const { requests } = story[turn]?.[1] ?? { requests: 0 };
    for (let time = 0; time < requests; time++) for (const again of earlier) network.publish(topic, again, { qos: 1 });
  });
  const served = serveMqttConcentrator({
    broker: broker.url,
    concentrator,
    clock: CLOCK,
    line,
    deliver(message) {
      const fate = turns.get(message.txId) ?? story[turn]?.[1];
      if (fate !== undefined) turns.set(message.txId, fate);
      return deliver(message);
    },
  });
  await served.subscribed;

  const port = { baudRate: 115200, dataBits: 8, parity: 'even', stopBits: 1 } as const;
  const link = createMqttLink({ url: broker.url, clock: CLOCK });
  const transport = createMqttTransport({ link, clock: CLOCK, concentrator, portNumber: 1, port, transitMs: 5_000 });
  const bus = createBus({ transport, clock: CLOCK });
  const driver = createDlt645Driver({ bus, clock: CLOCK });
  transport.open();
  await new Promise<void>((resolve) => transport.listen({ data: () => undefined, up: resolve }));

  const outcomes: string[] = [];
  for (; turn < story.length; turn++) {
    const [verb, index] = (story[turn]?.[0] ?? '').split(' ');
    outcomes.push(await act(driver, meterOf(meters[Number(index)]), verb));
  }
  bus.close();
  await transport.close();
  await network.endAsync(true);
  await served.close();
  return { outcomes, obeyed: log.filter(({ code }) => code !== null).map(({ address, code }) => `${address} ${code}`) };
}

async function act(driver: MeterDriver, meter: DriverMeter, verb: string | undefined): Promise<string> {
  if (verb === 'read') {
    const read = await driver.readRegisters(meter, [ENERGY_TOTAL], NOW);
    const value = read.ok ? read.value[0]?.value : undefined;
    return value === undefined ? `failed ${JSON.stringify(read)}` : formatDecimal(value);
  }
  if (verb === 'relay') {
    const relay = await driver.readRelay(meter, NOW);
    return relay.ok ? relay.value.relay : `failed ${relay.error.code}`;
  }
  const order = { action: verb === 'trip' ? 'trip' : 'close', expiresAt: plusMs(CLOCK.now(), 60_000) } as const;
  const answer = await driver.operateRelay(meter, order, NOW);
  return answer.ok ? answer.value : `failed ${answer.error.code}`;
}

function meterOf(meter: { address: string; password: string } | undefined): DriverMeter {
  if (meter === undefined || ZONE === undefined) throw new TypeError('the town is too small');
  return { id: meter.address, address: meter.address, zone: ZONE, password: meter.password, operatorCode: '00000001' };
}

/** What the meters themselves would say: the relay moves with each command, the registers stand still. */
function expectation(story: readonly (readonly [string, Fate])[]) {
  const meters = createTown({ seed: 3, count: METERS, clock: CLOCK, loadFactor: 0 });
  const relays = ['closed', 'closed'];
  const obeyed: string[] = [];
  const outcomes = story.map(([act]) => {
    const [verb, index] = act.split(' ');
    const meter = meters[Number(index)];
    if (verb === 'read') return formatDecimal({ unscaled: BigInt(meter?.registers()[0] ?? 0), scale: 2 });
    if (verb === 'relay') return relays[Number(index)];
    relays[Number(index)] = verb === 'trip' ? 'open' : 'closed';
    obeyed.push(`${meter?.address} ${verb === 'trip' ? '1A' : '1C'}`);
    return 'accepted';
  });
  return { outcomes, obeyed };
}

test('a concentrator that redelivers, reorders, splits and merges changes nothing', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(anyStory, async (story) => {
      run += 1;
      expect(await play(story, `C${run}`)).toEqual(expectation(story));
    }),
    { numRuns: 60, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
  );
});
