import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeFrame,
  decodeReply1997,
  decodeRequest1997,
  describeFrame,
  encodeFrame,
  encodeReply1997,
  encodeRequest1997,
  type Reply1997,
  type Request1997,
} from '../../protocols/dlt645/index.ts';

const digits = (length: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
const di = fc.string({ unit: fc.constantFrom(...'0123456789ABCDEF'), minLength: 4, maxLength: 4 });
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const meterAddress = digits(12).filter((address) => address !== '999999999999');
const time = fc.record({
  year: fc.integer({ min: 2000, max: 2099 }),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 28 }),
  hour: fc.integer({ min: 0, max: 23 }),
  minute: fc.integer({ min: 0, max: 59 }),
  second: fc.integer({ min: 0, max: 59 }),
});

const anyRequest: fc.Arbitrary<Request1997> = fc.oneof(
  fc.record({ kind: fc.constantFrom('read' as const, 'read-next' as const, 'reread' as const), di }),
  fc.constant({ kind: 'reread' as const }),
  fc.record({ kind: fc.constant('write' as const), di, password: digits(8), value: bytes(50) }),
  fc.record({ kind: fc.constant('broadcast-time' as const), time }),
  fc.record({ kind: fc.constant('write-address' as const), address: digits(12) }),
  fc.record({ kind: fc.constant('change-speed' as const), speedBit: fc.integer({ min: 0, max: 7 }).map((bit) => 1 << bit) }),
  fc.record({ kind: fc.constant('change-password' as const), password: digits(8), newPassword: digits(8) }),
  fc.record({ kind: fc.constant('clear-demand' as const), password: digits(8) }),
  fc.record({ kind: fc.constant('other' as const), function: fc.constantFrom(0x05, 0x07, 0x1f), data: bytes(50) }),
);

const anyReply: fc.Arbitrary<Reply1997> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('read' as const, 'read-next' as const, 'reread' as const),
    di,
    value: bytes(200),
    more: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('accepted' as const), function: fc.constantFrom(0x04, 0x0a, 0x0c, 0x0f, 0x10), data: bytes(4) }),
  fc.record({
    kind: fc.constant('refused' as const),
    function: fc.constantFrom(0x01, 0x04, 0x10),
    error: fc.integer({ min: 0, max: 255 }),
  }),
  fc.record({ kind: fc.constant('other' as const), function: fc.constantFrom(0x05, 0x07), data: bytes(50), more: fc.boolean() }),
);

describe('DL/T 645-1997 codec', () => {
  test('every request comes back as it went out', () => {
    fc.assert(
      fc.property(meterAddress, anyRequest, (address, request) => {
        const frame = decodeFrame(encodeRequest1997(address, request));
        expect(frame.ok && decodeRequest1997(frame.value)).toEqual({ ok: true, value: request });
      }),
    );
  });

  test('every reply comes back as it went out', () => {
    fc.assert(
      fc.property(meterAddress, anyReply, (address, reply) => {
        const frame = decodeFrame(encodeReply1997(address, reply));
        expect(frame.ok && decodeReply1997(frame.value)).toEqual({ ok: true, value: reply });
      }),
    );
  });
});

describe('DL/T 645-1997 descriptions', () => {
  test('never throw on a verified frame, whatever it holds', () => {
    const control = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(control, bytes(80), (byte, data) => {
        const frame = encodeFrame({ address: '000000063295', control: byte, data });
        expect(describeFrame('dlt645-1997', frame).ok).toBe(true);
      }),
      { numRuns: 50_000 },
    );
  });

  test('never throw on any bytes', () => {
    fc.assert(
      fc.property(bytes(80), (input) => {
        expect(typeof describeFrame('dlt645-1997', input).ok).toBe('boolean');
      }),
      { numRuns: 50_000 },
    );
  });
});
