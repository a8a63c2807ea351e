import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createRtuReplyFramer,
  createRtuRequestFramer,
  createTcpFramer,
  decodeReply,
  decodeRequest,
  decodeRtu,
  decodeTcp,
  encodeReply,
  encodeRequest,
  encodeRtu,
  encodeTcp,
  type Reply,
  type Request,
} from '../../protocols/modbus/index.ts';
import { toHex } from '../../src/kernel/bytes.ts';
import type { CreateFramer, FramerEvent } from '../../src/kernel/framer.ts';

const byte = fc.integer({ min: 0, max: 255 });
const word = fc.integer({ min: 0, max: 0xffff });
const address = fc.integer({ min: 0, max: 60_000 });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const registers = (most: number) =>
  fc.integer({ min: 1, max: most }).chain((quantity) => fc.tuple(fc.constant(quantity), exactly(quantity * 2)));
const coils = fc.integer({ min: 1, max: 1968 }).chain((quantity) => fc.tuple(fc.constant(quantity), exactly(Math.ceil(quantity / 8))));

const writeOne = fc.oneof(
  fc.record({ kind: fc.constant('write-one' as const), function: fc.constant(5 as const), address, value: fc.constantFrom(0, 0xff00) }),
  fc.record({ kind: fc.constant('write-one' as const), function: fc.constant(6 as const), address, value: word }),
);
const anyRequest: fc.Arbitrary<Request> = fc.oneof(
  fc.record({
    kind: fc.constant('read' as const),
    function: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const),
    address,
    quantity: fc.integer({ min: 1, max: 125 }),
  }),
  writeOne,
  fc
    .tuple(address, registers(123))
    .map(([at, [quantity, data]]) => ({ kind: 'write-many' as const, function: 16 as const, address: at, quantity, data })),
  fc
    .tuple(address, coils)
    .map(([at, [quantity, data]]) => ({ kind: 'write-many' as const, function: 15 as const, address: at, quantity, data })),
);
const anyReply: fc.Arbitrary<Reply> = fc.oneof(
  fc
    .tuple(fc.constantFrom(3 as const, 4 as const), registers(125))
    .map(([code, [, data]]) => ({ kind: 'read' as const, function: code, data })),
  fc
    .tuple(fc.constantFrom(1 as const, 2 as const), fc.uint8Array({ minLength: 1, maxLength: 250 }))
    .map(([code, data]) => ({ kind: 'read' as const, function: code, data })),
  writeOne,
  fc.record({
    kind: fc.constant('write-many' as const),
    function: fc.constantFrom(15 as const, 16 as const),
    address,
    quantity: fc.integer({ min: 1, max: 123 }),
  }),
  fc.record({
    kind: fc.constant('exception' as const),
    function: fc.constantFrom(1, 2, 3, 4, 5, 6, 15, 16),
    exception: byte,
  }),
);

const rtuRequest = fc.tuple(byte, anyRequest).map(([unit, request]) => encodeRtu({ unit, pdu: encodeRequest(request) }));
const rtuReply = fc.tuple(byte, anyReply).map(([unit, reply]) => encodeRtu({ unit, pdu: encodeReply(reply) }));
const tcpRequest = fc
  .tuple(word, byte, anyRequest)
  .map(([transaction, unit, request]) => encodeTcp({ transaction, unit, pdu: encodeRequest(request) }));

/** Feeds the stream in chunks of the given sizes, over and over. */
function feed(create: CreateFramer, stream: Uint8Array, sizes: readonly number[]): readonly FramerEvent[] {
  const framer = create();
  const events: FramerEvent[] = [];
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    events.push(...framer.push(stream.subarray(at, at + size)));
    at += size;
  }
  return [...events, ...framer.drain()];
}
const framesOf = (events: readonly FramerEvent[]) => events.filter(({ kind }) => kind === 'frame').map(({ bytes }) => toHex(bytes));
const allOf = (events: readonly FramerEvent[]) => events.map(({ bytes }) => toHex(bytes)).join('');

describe('Modbus codec', () => {
  test('every request comes back as it went out, over RTU and TCP', () => {
    fc.assert(
      fc.property(word, byte, anyRequest, (transaction, unit, request) => {
        const rtu = decodeRtu(encodeRtu({ unit, pdu: encodeRequest(request) }));
        expect(rtu.ok && [rtu.value.unit, decodeRequest(rtu.value.pdu)]).toEqual([unit, { ok: true, value: request }]);
        const tcp = decodeTcp(encodeTcp({ transaction, unit, pdu: encodeRequest(request) }));
        expect(tcp.ok && [tcp.value.transaction, decodeRequest(tcp.value.pdu)]).toEqual([transaction, { ok: true, value: request }]);
      }),
    );
  });

  test('every reply comes back as it went out', () => {
    fc.assert(
      fc.property(byte, anyReply, (unit, reply) => {
        const frame = decodeRtu(encodeRtu({ unit, pdu: encodeReply(reply) }));
        expect(frame.ok && decodeReply(frame.value.pdu)).toEqual({ ok: true, value: reply });
      }),
    );
  });

  test('no single corrupted byte of an RTU frame survives', () => {
    fc.assert(
      fc.property(fc.oneof(rtuRequest, rtuReply), fc.nat(), fc.integer({ min: 1, max: 255 }), (frame, at, flip) => {
        const position = at % frame.length;
        frame[position] = (frame[position] ?? 0) ^ flip;
        expect(decodeRtu(frame).ok).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe.each([
  ['RTU requests', createRtuRequestFramer as CreateFramer, rtuRequest],
  ['RTU replies', () => createRtuReplyFramer(), rtuReply],
  ['TCP', createTcpFramer as CreateFramer, tcpRequest],
] as const)('Modbus framer for %s', (_, create, frame) => {
  const noise = fc.uint8Array({ maxLength: 40 });
  const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 });

  test('finds the same frames and loses no byte however the line cuts its chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(frame, noise), { maxLength: 8 }), sizes, (pieces, chunkSizes) => {
        const line = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
        const whole = feed(create, line, [Math.max(1, line.length)]);
        const cut = feed(create, line, chunkSizes);
        expect(framesOf(cut)).toEqual(framesOf(whole));
        expect(allOf(cut)).toBe(toHex(line));
      }),
      { numRuns: 300 },
    );
  });

  test('loses no frame among bytes that start none', () => {
    const quiet = fc.array(fc.constantFrom(0x70, 0xff), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(fc.tuple(quiet, frame), { maxLength: 6 }), sizes, (pieces, chunkSizes) => {
        const line = Uint8Array.from(pieces.flatMap(([before, bytes]) => [...before, ...bytes]));
        const found = framesOf(feed(create, line, chunkSizes));
        // A noise byte can pass for the unit, or the transaction, of a frame that verifies by chance only where there is no CRC.
        for (const [, bytes] of pieces) expect(found.join(' ')).toContain(toHex(bytes.subarray(2)));
      }),
      { numRuns: 300 },
    );
  });
});
