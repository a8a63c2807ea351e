import { describe, expect, test } from 'vitest';
import {
  answers,
  decodeReply,
  decodeRequest,
  decodeRtu,
  decodeTcp,
  describeModbus,
  encodeReply,
  encodeRequest,
  encodeRtu,
  encodeTcp,
  type Reply,
  type Request,
} from '../../../../protocols/modbus/index.ts';
import { fromHex, toHex } from '../../../../src/kernel/bytes.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array(0);

/**
 * Worked out by hand from MODBUS Application Protocol V1.1b3, 6.1 to 6.12: function, then each number high byte first.
 * The examples there count from 1 in their text and from 0 on the wire; these are the wire's.
 */
const REQUESTS: readonly (readonly [string, string, Request])[] = [
  ['coils 19..37', '01 0013 0013', { kind: 'read', function: 1, address: 19, quantity: 19 }],
  ['discrete inputs 196..217', '02 00C4 0016', { kind: 'read', function: 2, address: 196, quantity: 22 }],
  ['holding registers 107..109', '03 006B 0003', { kind: 'read', function: 3, address: 107, quantity: 3 }],
  ['an input register', '04 0008 0001', { kind: 'read', function: 4, address: 8, quantity: 1 }],
  ['a coil on', '05 00AC FF00', { kind: 'write-one', function: 5, address: 172, value: 0xff00 }],
  ['a register', '06 0001 0003', { kind: 'write-one', function: 6, address: 1, value: 3 }],
  ['ten coils', '0F 0013 000A 02 CD01', { kind: 'write-many', function: 15, address: 19, quantity: 10, data: hex('CD01') }],
  ['two registers', '10 0001 0002 04 000A0102', { kind: 'write-many', function: 16, address: 1, quantity: 2, data: hex('000A0102') }],
];
const REPLIES: readonly (readonly [string, string, Reply])[] = [
  ['coils', '01 03 CD6B05', { kind: 'read', function: 1, data: hex('CD6B05') }],
  ['discrete inputs', '02 03 ACDB35', { kind: 'read', function: 2, data: hex('ACDB35') }],
  ['holding registers', '03 06 022B00000064', { kind: 'read', function: 3, data: hex('022B00000064') }],
  ['an input register', '04 02 000A', { kind: 'read', function: 4, data: hex('000A') }],
  ['a coil off', '05 00AC 0000', { kind: 'write-one', function: 5, address: 172, value: 0 }],
  ['a register', '06 0001 0003', { kind: 'write-one', function: 6, address: 1, value: 3 }],
  ['ten coils', '0F 0013 000A', { kind: 'write-many', function: 15, address: 19, quantity: 10 }],
  ['two registers', '10 0001 0002', { kind: 'write-many', function: 16, address: 1, quantity: 2 }],
  ['an illegal address', '83 02', { kind: 'exception', function: 3, exception: 2 }],
];

describe('Modbus PDU', () => {
  test.each(REQUESTS)('a request for %s is what the standard says, both ways', (_, text, request) => {
    expect(decodeRequest(hex(text))).toEqual({ ok: true, value: request });
    expect(toHex(encodeRequest(request))).toBe(text.replaceAll(' ', ''));
  });

  test.each(REPLIES)('a reply about %s is what the standard says, both ways', (_, text, reply) => {
    expect(decodeReply(hex(text))).toEqual({ ok: true, value: reply });
    expect(toHex(encodeReply(reply))).toBe(text.replaceAll(' ', ''));
  });

  test.each([
    ['nothing', ''],
    ['a function that is none of the eight', '07 0000 0001'],
    ['no register', '03 0000 0000'],
    ['more than 125 registers', '03 0000 007E'],
    ['registers past 65535', '03 FFFF 0002'],
    ['a coil neither on nor off', '05 0000 0001'],
    ['a byte count that lies', '10 0001 0002 03 000A01'],
    ['a count of registers that lies', '10 0001 0003 04 000A0102'],
    ['one byte too many', '03 0000 0001 00'],
  ])('a request with %s is refused', (_, text) => {
    expect(decodeRequest(hex(text))).toEqual({ ok: false, error: { code: 'bad-data' } });
  });

  test.each([
    ['half a register', '03 01 00'],
    ['no data', '03 00'],
    ['fewer bytes than it says', '03 04 0000'],
    ['an exception without a code', '83'],
  ])('a reply with %s is refused', (_, text) => {
    expect(decodeReply(hex(text))).toEqual({ ok: false, error: { code: 'bad-data' } });
  });

  test('a read is answered by its function and number of bytes, a write by all that it repeats', () => {
    const read: Request = { kind: 'read', function: 3, address: 0, quantity: 2 };
    expect(answers({ kind: 'read', function: 3, data: hex('00000000') }, read)).toBe(true);
    expect(answers({ kind: 'read', function: 3, data: hex('0000') }, read)).toBe(false);
    expect(answers({ kind: 'read', function: 4, data: hex('00000000') }, read)).toBe(false);
    expect(answers({ kind: 'exception', function: 3, exception: 2 }, read)).toBe(true);
    const write: Request = { kind: 'write-many', function: 16, address: 26, quantity: 1, data: hex('0001') };
    expect(answers({ kind: 'write-many', function: 16, address: 26, quantity: 1 }, write)).toBe(true);
    expect(answers({ kind: 'write-many', function: 16, address: 27, quantity: 1 }, write)).toBe(false);
    expect(
      answers({ kind: 'write-one', function: 6, address: 1, value: 3 }, { kind: 'write-one', function: 6, address: 1, value: 4 }),
    ).toBe(false);
  });
});

describe('Modbus frames', () => {
  // MODBUS over Serial Line V1.02, appendix B: the CRC of 02 07 is 41 12 on the line.
  test('the CRC is that of the standard', () => {
    expect(toHex(encodeRtu({ unit: 2, pdu: hex('07') }))).toBe('02074112');
  });

  test('an RTU exception is told from its parts', () => {
    // CRC of 01 83 02 by the standard's table: C0 F1.
    expect(describeModbus('modbus-rtu', hex('018302C0F1'))).toEqual({
      ok: true,
      value: { frame: { unit: 1, function: 3, kind: 'exception', exception: 2 } },
    });
    expect(decodeRtu(hex('018302C0F2'))).toEqual({ ok: false, error: { code: 'bad-checksum' } });
    expect(decodeRtu(hex('0183'))).toEqual({ ok: false, error: { code: 'bad-length' } });
  });

  test('a TCP frame counts unit and PDU', () => {
    expect(toHex(encodeTcp({ transaction: 0x1501, unit: 0xff, pdu: hex('0300040003') }))).toBe('150100000006FF0300040003');
    expect(decodeTcp(hex('150100000006FF0300040003'))).toEqual({
      ok: true,
      value: { transaction: 0x1501, unit: 0xff, pdu: hex('0300040003') },
    });
    expect(decodeTcp(hex('150100000007FF0300040003'))).toEqual({ ok: false, error: { code: 'bad-length' } });
    expect(decodeTcp(hex('150100010006FF0300040003'))).toEqual({ ok: false, error: { code: 'bad-delimiter' } });
  });

  test('a frame that fits both ways is a request unless it is said to be a reply', () => {
    // Eight bytes either way: a read of 0x0A coils from 0x0301, or three bytes of coils.
    const both = encodeRtu({ unit: 1, pdu: hex('010301000A') });
    expect(describeModbus('modbus-rtu', both)).toEqual({
      ok: true,
      value: { frame: { unit: 1, function: 1, kind: 'read request', address: 0x0301, quantity: 10 } },
    });
    expect(describeModbus('modbus-rtu', both, 'reply')).toEqual({
      ok: true,
      value: { frame: { unit: 1, function: 1, kind: 'read response', data: '01000A' } },
    });
  });
});
