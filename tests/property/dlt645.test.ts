import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diRows } from '../../protocols/dlt645/2007/catalog/find.ts';
import {
  createDlt645Framer,
  decodeFrame,
  decodeItems,
  decodeReply,
  decodeRequest,
  describeFrame,
  encodeFrame,
  encodeItems,
  encodeReply,
  encodeRequest,
  type Frame,
  findRow,
  LONGEST_FRAME,
  type Reply,
  type Request,
} from '../../protocols/dlt645/index.ts';
import { textOf, wantedValues } from '../../src/drivers/dlt645/wanted-values.ts';
import { toHex } from '../../src/kernel/bytes.ts';
import type { FramerEvent } from '../../src/kernel/framer.ts';

const digits = (length: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
const hexDigits = (length: number) => fc.string({ unit: fc.constantFrom(...'0123456789ABCDEF'), minLength: length, maxLength: length });
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const byte = fc.integer({ min: 0, max: 255 });
const meterAddress = digits(12).filter((address) => address !== '999999999999');

const anyFrame: fc.Arbitrary<Frame> = fc.record({ address: hexDigits(12), control: byte, data: bytes(255) });

const day = fc.record({
  year: fc.integer({ min: 2000, max: 2099 }),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 28 }),
});
const minuteTime = fc
  .tuple(day, fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([date, hour, minute]) => ({ ...date, hour, minute, second: 0 }));
const time = fc.tuple(minuteTime, fc.integer({ min: 0, max: 59 })).map(([moment, second]) => ({ ...moment, second }));
const open = (min: number, max: number) => fc.option(fc.integer({ min, max }));

const signed = { password: digits(8), operator: digits(8) };
const anyRequest: fc.Arbitrary<Request> = fc.oneof(
  fc.record({ kind: fc.constant('read' as const), di: hexDigits(8) }),
  fc.record({ kind: fc.constant('read' as const), di: hexDigits(8), blocks: byte, from: minuteTime }),
  fc.record({ kind: fc.constant('read-next' as const), di: hexDigits(8), sequence: byte }),
  fc.record({ kind: fc.constant('read-address' as const) }),
  fc.record({ kind: fc.constant('write' as const), di: hexDigits(8), ...signed, value: bytes(50) }),
  fc.record({ kind: fc.constant('write-address' as const), address: digits(12) }),
  fc.record({ kind: fc.constant('broadcast-time' as const), time }),
  fc.record({
    kind: fc.constant('freeze' as const),
    at: fc.record({ month: open(1, 12), day: open(1, 28), hour: open(0, 23), minute: open(0, 59) }),
  }),
  fc.record({
    kind: fc.constant('relay' as const),
    action: fc.constantFrom('trip' as const, 'arm' as const, 'close' as const, 'alarm-on' as const, 'keep-power-off' as const),
    ...signed,
    limit: byte,
    deadline: time,
  }),
  fc.record({
    kind: fc.constant('sealed-relay' as const),
    password: digits(6).map((password) => `98${password}`),
    operator: digits(8),
    cipher: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    mac: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('security' as const), di: hexDigits(8), operator: digits(8), body: bytes(64) }),
  fc.record({ kind: fc.constant('change-speed' as const), speed: fc.constantFrom(600, 1200, 2400, 4800, 9600, 19200) }),
  fc.record({ kind: fc.constant('change-password' as const), di: hexDigits(8), password: digits(8), newPassword: digits(8) }),
  fc.record({ kind: fc.constantFrom('clear-demand' as const, 'clear-meter' as const), ...signed }),
  fc.record({ kind: fc.constant('clear-events' as const), ...signed, di: hexDigits(6).map((head) => `${head}FF`) }),
  fc.record({
    kind: fc.constant('multi-function-output' as const),
    output: fc.constantFrom('seconds-pulse' as const, 'demand-period' as const, 'slot-switch' as const),
  }),
);

const anyReply: fc.Arbitrary<Reply> = fc.oneof(
  fc.record({ kind: fc.constant('read' as const), di: hexDigits(8), value: bytes(200), more: fc.boolean() }),
  fc.record({ kind: fc.constant('read-next' as const), di: hexDigits(8), value: bytes(200), sequence: byte, more: fc.boolean() }),
  fc.record({ kind: fc.constant('security' as const), di: hexDigits(8), body: bytes(64) }),
  fc.record({ kind: fc.constant('read-address' as const), address: digits(12) }),
  fc.record({ kind: fc.constant('accepted' as const), function: fc.constantFrom(0x14, 0x16, 0x1c), data: bytes(2) }),
  fc.record({
    kind: fc.constant('refused' as const),
    function: fc.constantFrom(0x11, 0x14, 0x1c),
    error: byte,
    errorBytes: fc.constant(1),
  }),
);

function framesOf(events: readonly FramerEvent[]): readonly string[] {
  return events.filter(({ kind }) => kind === 'frame').map((event) => toHex(event.bytes));
}

function noiseOf(events: readonly FramerEvent[]): string {
  return events
    .filter(({ kind }) => kind === 'noise')
    .map((event) => toHex(event.bytes))
    .join('');
}

/** Feeds the stream in chunks of the given sizes, over and over. */
function feed(stream: Uint8Array, sizes: readonly number[]): readonly FramerEvent[] {
  const framer = createDlt645Framer();
  const events: FramerEvent[] = [];
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    events.push(...framer.push(stream.subarray(at, at + size)));
    at += size;
  }
  return [...events, ...framer.drain()];
}

/** Every item that can be set, by the first name of its family; a clock's weekday follows from its date. */
const settable = diRows
  .filter(({ access, isClock }) => access === 'read-write' && isClock !== true)
  .map(({ di }) => findRow(di.replaceAll(/NN|KK|SS|QQ/g, '01')))
  .filter((row) => row !== undefined);

describe('DL/T 645 codec', () => {
  test('every frame comes back as it went out', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        expect(decodeFrame(encodeFrame(frame))).toEqual({ ok: true, value: frame });
      }),
    );
  });

  test('every request comes back as it went out', () => {
    fc.assert(
      fc.property(meterAddress, anyRequest, (address, request) => {
        const frame = decodeFrame(encodeRequest(address, request));
        expect(frame.ok && decodeRequest(frame.value)).toEqual({ ok: true, value: request });
      }),
    );
  });

  test('every reply comes back as it went out', () => {
    fc.assert(
      fc.property(meterAddress, anyReply, (address, reply) => {
        const frame = decodeFrame(encodeReply(address, reply));
        expect(frame.ok && decodeReply(frame.value)).toEqual({ ok: true, value: reply });
      }),
    );
  });

  test('every value that a row can hold comes back as it went out', () => {
    const dis = ['00000000', '00010000', '02030000', '0001FF00', '0101FF00', '04000101', '04000503', '04000401', '03010000', '05060101'];
    fc.assert(
      fc.property(fc.constantFrom(...dis), fc.uint8Array({ minLength: 1, maxLength: 64 }), (di, data) => {
        const row = findRow(di);
        if (row === undefined) throw new Error(`no row for ${di}`);
        const first = decodeItems(row, data).items;
        if (first.length === 0) return;
        expect(decodeItems(row, encodeItems(row, first)).items).toEqual(first);
      }),
    );
  });

  test('no single corrupted byte survives', () => {
    fc.assert(
      fc.property(anyFrame, fc.nat(), fc.integer({ min: 1, max: 255 }), (frame, at, flip) => {
        const corrupt = encodeFrame(frame);
        const position = at % corrupt.length;
        corrupt[position] = (corrupt[position] ?? 0) ^ flip;
        expect(decodeFrame(corrupt).ok).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('DL/T 645 framer', () => {
  const noise = fc.array(fc.oneof(byte, fc.constant(0x68), fc.constant(0xfe), fc.constant(0x16)), { maxLength: 40 });
  const piece = fc.oneof(
    anyFrame.map((frame) => [...encodeFrame(frame, { wakeUp: 4 })]),
    noise,
  );
  const stream = fc.array(piece, { maxLength: 8 }).map((pieces) => Uint8Array.from(pieces.flat()));
  const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 });

  test('finds the same frames and the same noise however the line cuts its chunks', () => {
    fc.assert(
      fc.property(stream, sizes, (bytesOfLine, chunkSizes) => {
        const whole = feed(bytesOfLine, [Math.max(1, bytesOfLine.length)]);
        const cut = feed(bytesOfLine, chunkSizes);
        expect(framesOf(cut)).toEqual(framesOf(whole));
        expect(noiseOf(cut)).toBe(noiseOf(whole));
      }),
      { numRuns: 500 },
    );
  });

  test('loses no frame among bytes that start none', () => {
    const quiet = fc.array(
      byte.filter((value) => value !== 0x68),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(quiet, anyFrame), { maxLength: 8 }), sizes, (pieces, chunkSizes) => {
        const line = Uint8Array.from(pieces.flatMap(([before, frame]) => [...before, ...encodeFrame(frame, { wakeUp: 2 })]));
        expect(framesOf(feed(line, chunkSizes))).toEqual(pieces.map(([, frame]) => toHex(encodeFrame(frame))));
      }),
      { numRuns: 500 },
    );
  });

  test('keeps no more than one longest frame undecided', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(byte, fc.constant(0x68)), { minLength: 400, maxLength: 1_200 }), (line) => {
        const framer = createDlt645Framer();
        const told = framer.push(Uint8Array.from(line)).reduce((sum, event) => sum + event.bytes.length, 0);
        const kept = framer.drain().reduce((sum, event) => sum + event.bytes.length, 0);
        expect(kept).toBeLessThan(LONGEST_FRAME + 16);
        expect(told + kept).toBeLessThanOrEqual(line.length);
      }),
    );
  });
});

describe('whatever comes in', () => {
  test('100 000 random inputs never throw', () => {
    const [seed = 1] = fc.sample(fc.integer({ min: 1 }), 1);
    let state = seed;
    const next = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return state >>> 24;
    };
    const controls = [
      0x03, 0x83, 0xc3, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x08, 0x91, 0xb1, 0x92, 0x93, 0x94,
      0xd1, 0xdc, 0x81,
    ];
    const framer = createDlt645Framer();
    let described = 0;
    for (let run = 0; run < 100_000; run++) {
      const data = Uint8Array.from({ length: next() & 0x1f }, next);
      // A DI of a class that exists, so that most inputs reach a row of the catalogue.
      if (data.length >= 4) data.set([next() & 0x0f, (next() & 1) * 0xff, next() & 0x07, next() & 0x07]);
      const frame = encodeFrame({ address: 'AAAAAAAAAAAA', control: controls[next() % controls.length] ?? 0, data });
      if ((run & 3) === 0) frame[next() % frame.length] = next();
      if (describeFrame('dlt645', frame).ok) described++;
      describeFrame('dlt645', data);
      framer.push(frame);
    }
    expect(described, `seed ${seed}`).toBeGreaterThan(70_000);
  });

  test('what a meter holds can be written back as it was told, byte for byte', () => {
    expect(settable.length).toBeGreaterThan(70);
    fc.assert(
      fc.property(fc.constantFrom(...settable), fc.uint8Array({ minLength: 1, maxLength: 64 }), (row, noise) => {
        // BCD in every nibble, so that most of it means something.
        const held = noise.map((byte) => (((byte >> 4) % 10) << 4) | ((byte & 0x0f) % 10));
        const { items, extra } = decodeItems(row, held);
        const isText = row.fields.some(({ picture }) => picture.kind === 'text');
        if (isText || items.length === 0 || items.some(({ value }) => value === null)) return;
        const wanted = wantedValues(row, items.map(textOf), items);
        expect(wanted.ok && toHex(encodeItems(row, wanted.value, held))).toBe(toHex(held.subarray(0, held.length - extra.length)));
      }),
      { numRuns: 2000 },
    );
  });

  test('no text makes a value throw: it is read or refused', () => {
    fc.assert(
      fc.property(fc.constantFrom(...settable), fc.array(fc.oneof(fc.string(), fc.constant(null)), { maxLength: 20 }), (row, texts) => {
        const wanted = wantedValues(row, texts, undefined);
        if (wanted.ok) expect(encodeItems(row, wanted.value).length).toBeGreaterThanOrEqual(0);
        else expect(wanted.error.expected).not.toBe('');
      }),
    );
  });
});
