import { describe, expect, test } from 'vitest';
import {
  customerText,
  decodeFrame,
  decodeReply,
  decodeRequest,
  encodeReply,
  encodeRequest,
  LONGEST_SECURITY_ANSWER,
  purseText,
  readAuthentication,
  readAuthenticationAnswer,
  readPurse,
  readPurseStatus,
  readValidity,
  SECURITY_DI,
  validityText,
  writeAuthentication,
  writeAuthenticationAnswer,
  writePurse,
  writePurseStatus,
  writeValidity,
} from '../../../../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../../../../src/kernel/bytes.ts';

const ADDRESS = '000012345678';
const OPERATOR = '00000001';
const bytes = (hex: string) => fromHex(hex) ?? new Uint8Array(0);
const compact = (hex: string) => hex.replaceAll(' ', '');

/*
 * Frames worked out by hand: each data byte plus 33H, then the sum of all of them. In hex: a head (68, address 000012345678,
 * 68) makes 1E4; C, L and the data come on top. The operator 01 00 00 00 travels as 34 33 33 33.
 */
const AUTHENTICATION = {
  cipher: bytes('11 12 13 14 15 16 17 18'),
  random: bytes('21 22 23 24 25 26 27 28'),
  factor: bytes('31 32 33 34 35 36 37 38'),
};
const ANSWER = { random: bytes('01 02 03 04'), serial: bytes('A1 A2 A3 A4 A5 A6 A7 A8') };
const VALIDITY = { minutes: 30, mac: bytes('0A 0B 0C 0D') };
/** 100.00 yuan are 10000 fen, 2710 in hex: 10 27 00 00 on the line. */
const OPENING = { amountFen: 10_000n, count: 1, mac: bytes('0A 0B 0C 0D'), customer: '000000213465', customerMac: bytes('0E 0F 10 11') };
/** 0.05 yuan as the 258th purchase, 0102 in hex. */
const RECHARGE = { ...OPENING, amountFen: 5n, count: 258, customer: '000000123456' };
/** 655.36 yuan are 65536 fen, 10000 in hex. */
const STATUS = { amountFen: 65_536n, count: 2, customer: '000000123456', keyState: bytes('00 00 00 03') };

const requests = [
  {
    // 1E4 + 03 + 20 + 9D3 = BDA
    title: 'identity authentication',
    di: SECURITY_DI.authenticate,
    body: writeAuthentication(AUTHENTICATION),
    hex: '68 78 56 34 12 00 00 68 03 20 32 33 33 3A 34 33 33 33 44 45 46 47 48 49 4A 4B 54 55 56 57 58 59 5A 5B 64 65 66 67 68 69 6A 6B DA 16',
  },
  {
    // 1E4 + 03 + 0E + 330 = 525; thirty minutes are 30 00
    title: 'validity of an authentication',
    di: SECURITY_DI.validity,
    body: writeValidity(VALIDITY),
    hex: '68 78 56 34 12 00 00 68 03 0E 32 34 33 3A 34 33 33 33 63 33 3D 3E 3F 40 25 16',
  },
  {
    // 1E4 + 03 + 1E + 761 = 966
    title: 'opening of an account',
    di: SECURITY_DI.openAccount,
    body: writePurse(OPENING),
    hex: '68 78 56 34 12 00 00 68 03 1E 32 34 34 3A 34 33 33 33 43 5A 33 33 34 33 33 33 3D 3E 3F 40 98 67 54 33 33 33 41 42 43 44 66 16',
  },
  {
    // 1E4 + 03 + 1E + 714 = 919
    title: 'recharge',
    di: SECURITY_DI.recharge,
    body: writePurse(RECHARGE),
    hex: '68 78 56 34 12 00 00 68 03 1E 32 35 34 3A 34 33 33 33 38 33 33 33 35 34 33 33 3D 3E 3F 40 89 67 45 33 33 33 41 42 43 44 19 16',
  },
  {
    // 1E4 + 03 + 08 + (32+35+B4+3A = 155) + (34+33+33+33 = CD) = 411; there is no body
    title: 'status query',
    di: SECURITY_DI.status,
    body: new Uint8Array(0),
    hex: '68 78 56 34 12 00 00 68 03 08 32 35 B4 3A 34 33 33 33 11 16',
  },
] as const;

const replies = [
  {
    // 1E4 + 83 + 10 + 864 = ADB
    title: 'answer to an authentication',
    di: SECURITY_DI.authenticate,
    body: writeAuthenticationAnswer(ANSWER),
    hex: '68 78 56 34 12 00 00 68 83 10 32 33 33 3A 34 35 36 37 D4 D5 D6 D7 D8 D9 DA DB DB 16',
  },
  {
    // 1E4 + 83 + 16 + 58D = 80A
    title: 'status of the purse',
    di: SECURITY_DI.status,
    body: writePurseStatus(STATUS),
    hex: '68 78 56 34 12 00 00 68 83 16 32 35 B4 3A 33 33 34 33 35 33 33 33 89 67 45 33 33 33 33 33 33 36 0A 16',
  },
  {
    // 1E4 + 83 + 04 + (32+34+33+3A = D3) = 33E; nothing but the DI
    title: 'a validity that was taken',
    di: SECURITY_DI.validity,
    body: new Uint8Array(0),
    hex: '68 78 56 34 12 00 00 68 83 04 32 34 33 3A 3E 16',
  },
  {
    // 1E4 + 83 + 04 + (32+34+34+3A = D4) = 33F
    title: 'an account that was opened',
    di: SECURITY_DI.openAccount,
    body: new Uint8Array(0),
    hex: '68 78 56 34 12 00 00 68 83 04 32 34 34 3A 3F 16',
  },
  {
    // 1E4 + 83 + 04 + (32+35+34+3A = D5) = 340
    title: 'a recharge that was taken',
    di: SECURITY_DI.recharge,
    body: new Uint8Array(0),
    hex: '68 78 56 34 12 00 00 68 83 04 32 35 34 3A 40 16',
  },
] as const;

function bodyOf(hex: string): Uint8Array {
  const frame = decodeFrame(bytes(hex));
  if (!frame.ok) return new Uint8Array(0);
  const request = decodeRequest(frame.value);
  if (request.ok && request.value.kind === 'security') return request.value.body;
  const reply = decodeReply(frame.value);
  return reply.ok && reply.value.kind === 'security' ? reply.value.body : new Uint8Array(0);
}

describe('bodies of security authentication', () => {
  test.each(requests)('are sent for $title as worked out by hand', ({ di, body, hex }) => {
    expect(toHex(encodeRequest(ADDRESS, { kind: 'security', di, operator: OPERATOR, body }))).toBe(compact(hex));
  });

  test.each(replies)('are answered for $title as worked out by hand', ({ di, body, hex }) => {
    expect(toHex(encodeReply(ADDRESS, { kind: 'security', di, body }))).toBe(compact(hex));
  });

  test('are read back out of those frames', () => {
    expect(readAuthentication(bodyOf(requests[0].hex))).toEqual({ ok: true, value: AUTHENTICATION });
    expect(readValidity(bodyOf(requests[1].hex))).toEqual({ ok: true, value: VALIDITY });
    expect(readPurse(bodyOf(requests[2].hex))).toEqual({ ok: true, value: OPENING });
    expect(readPurse(bodyOf(requests[3].hex))).toEqual({ ok: true, value: RECHARGE });
    expect(readAuthenticationAnswer(bodyOf(replies[0].hex))).toEqual({ ok: true, value: ANSWER });
    expect(readPurseStatus(bodyOf(replies[1].hex))).toEqual({ ok: true, value: STATUS });
  });

  test('show what a MAC is made over as it travels', () => {
    expect(toHex(validityText(30))).toBe('3000');
    expect(toHex(purseText(10_000n, 1))).toBe('1027000001000000');
    expect(toHex(purseText(4_294_967_295n, 4_294_967_295))).toBe('FFFFFFFFFFFFFFFF');
    expect(toHex(customerText('000000123456'))).toBe('563412000000');
  });

  test.each([0, 5, 11, 13, 17, 19, 21, 23, 25])('are none where there are %i bytes', (length) => {
    for (const read of [readAuthentication, readValidity, readPurse])
      expect(read(new Uint8Array(length))).toMatchObject({ ok: false, error: { code: 'bad-data' } });
  });

  test('are none where an answer is shorter than its fields', () => {
    expect(readAuthenticationAnswer(new Uint8Array(11))).toMatchObject({ ok: false, error: { code: 'bad-data' } });
    expect(readPurseStatus(new Uint8Array(17))).toMatchObject({ ok: false, error: { code: 'bad-data' } });
  });

  test('are read out of an answer to which a meter adds bytes of its own', () => {
    expect(readAuthenticationAnswer(Uint8Array.of(...bodyOf(replies[0].hex), 0xaa, 0x00))).toEqual({ ok: true, value: ANSWER });
    expect(readPurseStatus(Uint8Array.of(...bodyOf(replies[1].hex), 0xff))).toEqual({ ok: true, value: STATUS });
  });

  test('are none where a number is not of digits', () => {
    expect(readValidity(bytes('3A 00 0A 0B 0C 0D'))).toMatchObject({ ok: false });
    expect(readPurse(new Uint8Array(22).fill(0xff))).toMatchObject({ ok: false });
    expect(readPurseStatus(new Uint8Array(18).fill(0xff))).toMatchObject({ ok: false });
  });

  test('never hold an amount, a count or minutes that do not fit, or a field of the wrong length', () => {
    expect(() => purseText(4_294_967_296n, 1)).toThrow('below 2³²');
    expect(() => purseText(-1n, 1)).toThrow('below 2³²');
    expect(() => purseText(1n, 4_294_967_296)).toThrow('below 2³²');
    expect(() => purseText(1n, 0.5)).toThrow('below 2³²');
    expect(() => validityText(10_000)).toThrow('9999 minutes');
    expect(() => customerText('12345')).toThrow('12 digits');
    expect(() => writeValidity({ minutes: 5, mac: new Uint8Array(3) })).toThrow('fixed length');
  });

  test('fit into the longest answer, four bytes of DI and eighteen of status', () => {
    expect(LONGEST_SECURITY_ANSWER).toBe(22);
  });
});
