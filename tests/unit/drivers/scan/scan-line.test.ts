import { describe, expect, test } from 'vitest';
import { encodeFrame } from '../../../../protocols/dlt645/index.ts';
import type { FoundMeter, ScanStep, Unresolved } from '../../../../src/drivers/scan/scan.ts';
import { type ScanPlan, scanLine } from '../../../../src/drivers/scan/scan-line.ts';
import { createBus } from '../../../../src/transports/bus/bus.ts';
import type { PortSettings } from '../../../../src/transports/port-settings.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { type MetersOnOneLine, metersOnOneLine } from '../../../support/meters-on-one-line.ts';
import { createRandom } from '../../../support/random.ts';
import { createMemoryLine, FAST_PORT } from '../../transports/memory-line.ts';

/** Longer than any scan of these tests. */
const LONG_MS = 3_600_000;
const OF_2007: Partial<ScanPlan> = { protocols: ['dlt645-2007'] };
const OF_1997: Partial<ScanPlan> = { protocols: ['dlt645-1997'] };

function scanOf(plan: Partial<ScanPlan>) {
  const clock = createManualClock();
  const line = createMemoryLine(clock);
  const bus = createBus({ transport: line.transport, clock });
  const stop = new AbortController();
  const found: FoundMeter[] = [];
  const steps: ScanStep[] = [];
  const unresolved: Unresolved[] = [];
  const listener = {
    found: (meter: FoundMeter) => void found.push(meter),
    step: (step: ScanStep) => void steps.push(step),
    unresolved: (left: Unresolved) => void unresolved.push(left),
  };
  const run = () =>
    scanLine(
      { bus, priority: 'on-demand', signal: stop.signal, listener },
      {
        protocols: ['dlt645-2007', 'dlt645-1997', 'modbus-rtu'],
        ports: [FAST_PORT],
        units: { from: 1, to: 247 },
        thorough: false,
        ...plan,
      },
    );
  return { clock, line, found, steps, unresolved, stop, run };
}

function scanOfMeters(meters: Omit<MetersOnOneLine, 'clock'>, plan: Partial<ScanPlan> = {}, speaksAt: PortSettings = FAST_PORT) {
  const world = scanOf(plan);
  const end = metersOnOneLine({ ...meters, clock: world.clock }).connect((bytes) => world.line.hear(bytes));
  world.line.onWrite = (bytes) => {
    if (world.line.written.at(-1)?.port?.baudRate === speaksAt.baudRate) end.hear(bytes);
  };
  return world;
}

async function ended(world: ReturnType<typeof scanOf>) {
  const running = world.run();
  await world.clock.advance(LONG_MS);
  return running;
}

const named = ({ found }: { found: readonly FoundMeter[] }) => found.map(({ protocol, address }) => `${protocol} ${address}`).sort();
/** Behind four wake-up bytes and the delimiter stands the address. */
const isForEverybody = (bytes: Uint8Array) => bytes.subarray(5, 11).every((byte) => byte === 0xaa);

describe('A scan', () => {
  test('finds exactly the meters of a line that mixes both years and Modbus', async () => {
    const world = scanOfMeters({
      of2007: ['000012345678', '000099345678', '000012345601'],
      of1997: ['110000000001', '110000000002'],
      units: [7, 90, 247],
    });
    expect(await ended(world)).toEqual({ ok: true, value: undefined });
    expect(named(world)).toEqual([
      'dlt645-1997 110000000001',
      'dlt645-1997 110000000002',
      'dlt645-2007 000012345601',
      'dlt645-2007 000012345678',
      'dlt645-2007 000099345678',
      'modbus-rtu 247',
      'modbus-rtu 7',
      'modbus-rtu 90',
    ]);
    expect(world.unresolved.map(({ what }) => what)).toEqual([
      'garbled answers to AAAAAAAAAAAA by 11: they may be those of the meters found before, or hide others; --thorough tells',
    ]);
  });

  test('says of each meter how it answered, and gives its energy as evidence', async () => {
    const world = scanOfMeters({ of2007: ['000012345678'], units: [3] }, { units: { from: 3, to: 3 } });
    await ended(world);
    expect(world.found.map(({ evidence }) => evidence)).toEqual([
      'answers 13 to a wildcard; by its address 00010000 is 10.00 kWh',
      'function 03 at 0000 answered',
    ]);
  });

  test('finds a meter that gives no energy by its saying who it is when it alone is called', async () => {
    const world = scanOfMeters({ of2007: ['000012345678'] }, OF_2007);
    const reply = encodeFrame({ address: '000012345678', control: 0x93, data: Uint8Array.of(0x78, 0x56, 0x34, 0x12, 0, 0) });
    world.line.onWrite = (bytes) => bytes[12] === 0x13 && world.line.hear(reply);
    await ended(world);
    expect(world.found.map(({ evidence }) => evidence)).toEqual([
      'answers 13 to a wildcard; by its address no answer to a read of 00010000',
    ]);
  });

  test('takes the refusal of a unit for an answer', async () => {
    const world = scanOf({ protocols: ['modbus-rtu'], units: { from: 1, to: 5 } });
    // Unit 4 refuses function 03 with exception 02; the CRC of 04 83 02 travels as D0 F0.
    world.line.onWrite = (bytes) => bytes[0] === 4 && world.line.hear(Uint8Array.of(0x04, 0x83, 0x02, 0xd0, 0xf0));
    await ended(world);
    expect(world.found).toEqual([
      { protocol: 'modbus-rtu', address: '4', port: FAST_PORT, evidence: 'function 03 at 0000 refused with exception 02' },
    ]);
  });

  test('tries each setting of the port and says under which a meter answered', async () => {
    const slow = { ...FAST_PORT, baudRate: 1200 };
    const world = scanOfMeters({ of2007: ['000012345678'] }, { ...OF_2007, ports: [FAST_PORT, slow] }, slow);
    await ended(world);
    expect(world.found).toEqual([expect.objectContaining({ address: '000012345678', port: slow })]);
  });

  test('reports a meter that answers under two settings once', async () => {
    const world = scanOfMeters({ of2007: ['000012345678'] }, { ...OF_2007, ports: [FAST_PORT, { ...FAST_PORT, parity: 'none' }] });
    await ended(world);
    expect(world.found).toEqual([expect.objectContaining({ port: FAST_PORT })]);
  });

  test('reports a Modbus unit under each setting that it answers to: they may be two meters', async () => {
    const slow = { ...FAST_PORT, baudRate: 1200 };
    const world = scanOf({ protocols: ['modbus-rtu'], units: { from: 1, to: 1 }, ports: [FAST_PORT, slow] });
    const end = metersOnOneLine({ clock: world.clock, units: [1] }).connect((reply) => world.line.hear(reply));
    world.line.onWrite = (bytes) => end.hear(bytes);
    await ended(world);
    expect(world.found.map(({ port }) => port)).toEqual([FAST_PORT, slow]);
  });

  test('asks a unit again whose only reply is lost', async () => {
    const world = scanOfMeters({ units: [1] }, { protocols: ['modbus-rtu'], units: { from: 1, to: 1 } });
    const { onWrite } = world.line;
    world.line.onWrite = (bytes) => world.line.written.length > 1 && onWrite(bytes);
    await ended(world);
    expect(named(world)).toEqual(['modbus-rtu 1']);
  });

  test('repeats a first call that is lost', async () => {
    const world = scanOfMeters({ of2007: ['000012345678', '000012345679'] }, OF_2007);
    const { onWrite } = world.line;
    world.line.onWrite = (bytes) => world.line.written.length > 1 && onWrite(bytes);
    await ended(world);
    expect(named(world)).toEqual(['dlt645-2007 000012345678', 'dlt645-2007 000012345679']);
  });

  test('sends nothing but reads', async () => {
    const controls = new Set<string>();
    const log = { write: ({ control }: { control: string }) => void controls.add(control), close: () => undefined };
    const world = scanOfMeters({ of2007: ['000012345678', '000012345679'], of1997: ['110000000001'], units: [1], log });
    await ended(world);
    expect([...controls].sort()).toEqual(['01', '03', '11', '13']);
  });
});

describe('Meters that answer all at once', () => {
  test('are told apart pair by pair where they share the last ones', async () => {
    const world = scanOfMeters({ of2007: ['123456787878', '993456787878', '123456007878'] }, OF_2007);
    await ended(world);
    expect(named(world)).toEqual(['dlt645-2007 123456007878', 'dlt645-2007 123456787878', 'dlt645-2007 993456787878']);
  });

  test('are said to be there where nothing tells them apart', async () => {
    const world = scanOf(OF_2007);
    // Garbage for the call to everybody, as of meters that do not know shortened addresses.
    world.line.onWrite = (bytes) => isForEverybody(bytes) && world.line.hear(Uint8Array.of(0x60, 0x20, 0));
    await ended(world);
    expect(world.found).toEqual([]);
    expect(world.unresolved.map(({ what }) => what)).toEqual(
      Array(2).fill(
        'garbled answers to AAAAAAAAAAAA and none to a narrower call: the meters may not know shortened addresses, or the line is disturbed',
      ),
    );
  });

  test('are not looked for without end on a line that answers every call with a stray byte', async () => {
    const world = scanOf(OF_2007);
    world.line.onWrite = () => world.line.hear(Uint8Array.of(0xff));
    await ended(world);
    const calls = world.line.written.length;
    expect(calls).toBeLessThanOrEqual(2 * (3 + 100));
    expect(world.unresolved.map(({ what }) => what)).toEqual(
      Array(2).fill(
        'garbled answers to most calls narrower than AAAAAAAAAAAA, more than meters could give: the line is disturbed; look at its termination and bias',
      ),
    );
  });

  test.each([0.02, 0.1, 0.2, 0.3, 0.5])('are not looked for without end where noise falls into %d of all calls', async (share) => {
    const world = scanOfMeters({ of2007: ['000012345678', '000012345601'] }, OF_2007);
    const { onWrite } = world.line;
    const random = createRandom(Math.round(share * 100));
    world.line.onWrite = (bytes) => {
      if (random.next() < share) world.line.hear(Uint8Array.of(0xff));
      onWrite(bytes);
    };
    await ended(world);
    expect(named(world)).toEqual(['dlt645-2007 000012345601', 'dlt645-2007 000012345678']);
    expect(world.line.written.length).toBeLessThan(500);
    const isSaid = world.unresolved.some(({ what }) => what.includes('the line is disturbed'));
    expect(isSaid).toBe(true);
  });

  test('leave no address that their colliding bits have made up', async () => {
    const meters = ['000012345671', '000012345676'];
    const world = scanOfMeters({ of2007: meters }, OF_2007);
    const { onWrite } = world.line;
    const ghost = encodeFrame({ address: '000012345670', control: 0x93, data: Uint8Array.of(0x70, 0x56, 0x34, 0x12, 0, 0) });
    world.line.onWrite = (bytes) => (isForEverybody(bytes) && bytes[12] === 0x13 ? world.line.hear(ghost) : onWrite(bytes));
    await ended(world);
    expect(named(world)).toEqual(meters.map((address) => `dlt645-2007 ${address}`));
  });

  test('are looked for behind a clean answer where the operator asks for it', async () => {
    const world = scanOfMeters({ of2007: ['000012345678', '000012345601'] }, { ...OF_2007, thorough: true });
    const { onWrite } = world.line;
    // The first drowns the other where both are called.
    const drowned = scanOfMeters({ of2007: ['000012345678'] });
    world.line.onWrite = (bytes) => {
      if (bytes[5] !== 0xaa) return onWrite(bytes);
      const end = metersOnOneLine({ clock: drowned.clock, of2007: ['000012345678'] }).connect((reply) => world.line.hear(reply));
      end.hear(bytes);
    };
    await ended(world);
    expect(named(world)).toEqual(['dlt645-2007 000012345601', 'dlt645-2007 000012345678']);
  });
});

describe('Meters that do not know 13, beside several that do', () => {
  const KNOW_13 = ['000012345601', '000012345602'];
  const DO_NOT = ['000012345603', '000012345604'];

  /** Answers of both kinds collide where several are called. */
  function scanOfBoth(plan: Partial<ScanPlan>) {
    const world = scanOf({ ...OF_2007, ...plan });
    const replies: Uint8Array[] = [];
    const endOf = (of2007: readonly string[]) =>
      metersOnOneLine({ clock: world.clock, of2007 }).connect((reply) => void replies.push(reply));
    const [knowing, others] = [endOf(KNOW_13), endOf(DO_NOT)];
    world.line.onWrite = (bytes) => {
      replies.length = 0;
      knowing.hear(bytes);
      if (bytes[12] !== 0x13) others.hear(bytes);
      const [first, ...more] = replies;
      if (first !== undefined) world.line.hear(more.length === 0 ? first : Uint8Array.of(0x60, 0x20, 0));
    };
    return world;
  }

  test('are found by a thorough scan', async () => {
    const world = scanOfBoth({ thorough: true });
    await ended(world);
    expect(named(world)).toEqual([...KNOW_13, ...DO_NOT].map((address) => `dlt645-2007 ${address}`));
    expect(world.unresolved).toEqual([]);
  });

  test('are said to be possible by any other', async () => {
    const world = scanOfBoth({});
    await ended(world);
    expect(named(world)).toEqual(KNOW_13.map((address) => `dlt645-2007 ${address}`));
    expect(world.unresolved.map(({ what }) => what)).toEqual([expect.stringMatching(/by 11: .* hide others; --thorough tells$/)]);
  });
});

test('A thorough scan of a silent line has heard no garbage', async () => {
  const world = scanOf({ ...OF_2007, thorough: true });
  await ended(world);
  expect(world.unresolved).toEqual([]);
});

describe('A 1997 meter that answers with the wildcard instead of its address', () => {
  const OPEN = 'AAAAAAAAAAAA';
  const OWN = '000012345678';
  const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
  const ENERGY = bytesOf('109000100000');
  const NUMBER = bytesOf('34C0785634120000');

  function scanOfEchoing(answersToItsOwn: boolean) {
    const world = scanOf(OF_1997);
    world.line.onWrite = (bytes) => {
      const called = Buffer.from(bytes.subarray(5, 11)).reverse().toString('hex').toUpperCase();
      const di = Buffer.from(bytes.subarray(14, 16).map((byte) => byte - 0x33)).toString('hex');
      const isCalled = called === OPEN || (called === OWN && answersToItsOwn);
      const data = di === '1090' ? ENERGY : di === '34c0' ? NUMBER : undefined;
      if (isCalled && data !== undefined) world.line.hear(encodeFrame({ address: called, control: 0x81, data }));
    };
    return world;
  }

  test('is asked for its number and reported by it', async () => {
    const world = scanOfEchoing(true);
    await ended(world);
    expect(world.found).toEqual([
      {
        protocol: 'dlt645-1997',
        address: OWN,
        port: FAST_PORT,
        evidence: 'answers 01 to a wildcard with it, and C034 says who it is; by its address 9010 is 10.00 kWh',
      },
    ]);
  });

  test('is reported without an address where it does not answer to its number', async () => {
    const world = scanOfEchoing(false);
    await ended(world);
    expect(world.found).toEqual([
      expect.objectContaining({ address: undefined, evidence: 'answers 01 to the wildcard alone and names no address' }),
    ]);
  });
});

describe('A meter of 2007 that repeats the wildcard', () => {
  const OPEN = 'AAAAAAAAAAAA';
  const OWN = '000012345678';
  /** 13 is answered with 78 56 34 12 00 00; 11 of 00010000 with 10.00 kWh; nothing else. */
  const ANSWERS = new Map([
    ['13', { control: 0x93, data: Uint8Array.of(0x78, 0x56, 0x34, 0x12, 0, 0) }],
    ['11 33333433', { control: 0x91, data: Uint8Array.of(0, 0, 1, 0, 0, 0x10, 0, 0) }],
  ]);

  function scanOfEchoing(known: readonly string[], plan: Partial<ScanPlan> = OF_2007) {
    const world = scanOf(plan);
    world.line.onWrite = (bytes) => {
      const called = Buffer.from(bytes.subarray(5, 11)).reverse().toString('hex').toUpperCase();
      const asked = `${bytes[12]?.toString(16)} ${Buffer.from(bytes.subarray(14, -2)).toString('hex')}`.trim();
      const answer = ANSWERS.get(asked);
      const isCalled = OWN.endsWith(called.replace(/^(AA)*/, ''));
      if (isCalled && answer !== undefined && known.includes(asked)) world.line.hear(encodeFrame({ address: called, ...answer }));
    };
    return world;
  }

  test('is shown once, by the address that it says', async () => {
    const world = scanOfEchoing(['13', '11 33333433']);
    await ended(world);
    expect(world.found.map(({ address }) => address)).toEqual([OWN]);
    expect(world.unresolved.map(({ what }) => what)).toEqual([
      `an answer to ${OPEN} by 11 that repeats it and names no address: it may be that of a meter found before`,
    ]);
  });

  test('and says no address is shown once, however narrow the calls that it answers', async () => {
    const world = scanOfEchoing(['11 33333433'], { ...OF_2007, thorough: true });
    await ended(world);
    expect(world.found.map(({ address }) => address)).toEqual([undefined]);
  });
});

describe('A stop', () => {
  test('ends the scan within one exchange and keeps what was found', async () => {
    const world = scanOfMeters({ units: [2, 9] }, { protocols: ['modbus-rtu'] });
    const running = world.run();
    while (world.found.length === 0) await world.clock.advance(10);
    const { length } = world.line.written;
    world.stop.abort();
    await world.clock.advance(LONG_MS);
    expect(await running).toEqual({ ok: false, error: { code: 'cancelled', sent: false } });
    expect(named(world)).toEqual(['modbus-rtu 2']);
    expect(world.line.written.length - length).toBeLessThanOrEqual(1);
  });

  test('of a line that goes down says so', async () => {
    const world = scanOf({});
    const running = world.run();
    world.line.goDown();
    await world.clock.advance(LONG_MS);
    expect(await running).toMatchObject({ ok: false, error: { code: 'line-down' } });
  });
});

test('Progress counts the calls of each search', async () => {
  const world = scanOfMeters({}, { protocols: ['modbus-rtu'], units: { from: 1, to: 3 } });
  await ended(world);
  expect(world.steps.map(({ done, of, asking }) => `${done} of ${of}: ${asking}`)).toEqual([
    '0 of 3: unit 1',
    '1 of 3: unit 2',
    '2 of 3: unit 3',
  ]);
});
