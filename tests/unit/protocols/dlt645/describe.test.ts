import { describe, expect, test } from 'vitest';
import { describeFrame, encodeFrame, encodeReply, encodeReply1997, encodeRequest } from '../../../../protocols/dlt645/index.ts';
import { fromHex } from '../../../../src/kernel/bytes.ts';

const ADDRESS = '000012345678';
const tell = (bytes: Uint8Array) => describeFrame('dlt645-2007', bytes);

describe('a frame told in words', () => {
  test('a reply carries its value, whatever wake-up bytes stand before it', () => {
    expect(tell(fromHex('FE FE FE 68 78 56 34 12 00 00 68 91 08 33 33 34 33 89 67 45 33 B2 16') ?? new Uint8Array(0))).toEqual({
      ok: true,
      value: {
        frame: { address: ADDRESS, control: '91', direction: 'reply', function: 'read', abnormal: false, more: false, error: null },
        items: [{ di: '00010000', register: '1-0:1.8.0', name: 'current forward active energy total', value: '1234.56', unit: 'kWh' }],
        extra: null,
      },
    });
  });

  test('a request carries its DI without a value', () => {
    expect(tell(encodeRequest(ADDRESS, { kind: 'read', di: '02010100' }))).toMatchObject({
      ok: true,
      value: {
        frame: { direction: 'request', function: 'read' },
        items: [{ di: '02010100', register: '1-0:32.7.0', name: 'voltage phase A', value: null, unit: 'V' }],
        extra: null,
      },
    });
  });

  test('a refusal has its error and no items', () => {
    expect(tell(encodeReply(ADDRESS, { kind: 'refused', function: 0x11, error: 2, errorBytes: 1 }))).toMatchObject({
      ok: true,
      value: { frame: { control: 'D1', abnormal: true, error: '02' }, items: [], extra: null },
    });
  });

  test('a demand has its value and its time', () => {
    const value = Uint8Array.of(0x12, 0x05, 0x00, 0x45, 0x18, 0x23, 0x11, 0x26);
    expect(tell(encodeReply(ADDRESS, { kind: 'read', di: '01010000', value, more: false }))).toMatchObject({
      ok: true,
      value: { items: [{ register: '1-0:1.6.0', value: '0.0512', unit: 'kW', time: '2026-11-23T18:45' }] },
    });
  });

  test('a status word is upper-case hex, most significant byte first', () => {
    expect(tell(encodeReply(ADDRESS, { kind: 'read', di: '04000503', value: Uint8Array.of(0x50, 0x1a), more: false }))).toMatchObject({
      ok: true,
      value: { items: [{ di: '04000503', register: 'dlt645:04000503', value: '1A50' }] },
    });
  });

  test('a follow-up frame shows that more follows, and its sequence number is no value', () => {
    const reply = { kind: 'read-next', di: '0001FF00', value: Uint8Array.of(0x10, 0, 0, 0), sequence: 1, more: true } as const;
    expect(tell(encodeReply(ADDRESS, reply))).toMatchObject({
      ok: true,
      value: {
        frame: { control: 'B2', function: 'read-next', more: true },
        items: [{ di: '0001FF00', register: 'dlt645:0001FF00', value: null }],
        sequence: 1,
        extra: '00000010',
      },
    });
  });

  test('a follow-up frame of 1997 is no beginning of its block either', () => {
    const reply = { kind: 'read-next', di: '901F', value: Uint8Array.of(0x10, 0, 0, 0), more: true } as const;
    expect(describeFrame('dlt645-1997', encodeReply1997(ADDRESS, reply))).toMatchObject({
      ok: true,
      value: { frame: { control: 'A2' }, items: [{ di: '901F', register: 'dlt645:901F', value: null }], extra: '00000010' },
    });
  });

  test('a DI that the catalogue does not have shows its raw bytes', () => {
    expect(tell(encodeReply(ADDRESS, { kind: 'read', di: '0A0B0C0D', value: Uint8Array.of(1, 2), more: false }))).toMatchObject({
      ok: true,
      value: { items: [{ di: '0A0B0C0D', register: 'dlt645:0A0B0C0D', name: null, value: '0201', unit: '' }] },
    });
  });

  test('bytes beyond the length of the DI are extra', () => {
    const value = Uint8Array.of(0x56, 0x34, 0x12, 0x00, 0xab);
    expect(tell(encodeReply(ADDRESS, { kind: 'read', di: '00010000', value, more: false }))).toMatchObject({
      ok: true,
      value: { items: [{ value: '1234.56' }], extra: 'AB' },
    });
  });

  test('no request shows its password', () => {
    const deadline = { year: 2026, month: 11, day: 24, hour: 8, minute: 30, second: 0 };
    const secret = { password: '02987654', operator: '00000001' };
    const frames = [
      encodeRequest(ADDRESS, { kind: 'relay', action: 'trip', ...secret, limit: 0, deadline }),
      encodeRequest(ADDRESS, { kind: 'write', di: '04000103', ...secret, value: Uint8Array.of(0x15) }),
      encodeRequest(ADDRESS, { kind: 'change-password', di: '04000C03', password: '02987654', newPassword: '02547698' }),
      encodeRequest(ADDRESS, { kind: 'clear-meter', ...secret }),
      encodeRequest(ADDRESS, { kind: 'clear-demand', ...secret }),
      encodeRequest(ADDRESS, { kind: 'clear-events', ...secret, di: 'FFFFFFFF' }),
      encodeReply(ADDRESS, { kind: 'accepted', function: 0x18, data: Uint8Array.of(0x02, 0x54, 0x76, 0x98) }),
      encodeRequest(ADDRESS, { kind: 'security', di: '070000FF', operator: '00000001', body: Uint8Array.of(0x54, 0x76, 0x98) }),
      encodeReply(ADDRESS, { kind: 'security', di: '070000FF', body: Uint8Array.of(0x54, 0x76, 0x98) }),
      ...[0x03, 0x04, 0x0f, 0x14, 0x18, 0x19, 0x1a, 0x1b, 0x1c].map((code) =>
        encodeRequest(ADDRESS, { kind: 'other', function: code, data: Uint8Array.of(0x02, 0x54, 0x76, 0x98) }),
      ),
    ];
    for (const frame of frames) {
      const told = JSON.stringify(tell(frame));
      expect(told).toContain('"ok":true');
      expect(told).not.toMatch(/987654|547698/);
    }
    expect(tell(frames[0] ?? new Uint8Array(0))).toMatchObject({
      ok: true,
      value: {
        items: [],
        relay: { passwordLevel: '02', operator: '00000001', action: 'trip', code: '1A', limit: 0, deadline: '2026-11-24T08:30:00' },
      },
    });
  });

  test.each(['dlt645', 'dlt645-1997', 'dlt645-2007'] as const)(
    'no frame shows its password where it is taken for one of %s',
    (protocol) => {
      const password = '02547698';
      const frames = [
        ['04', `10C1${password}15`],
        ['0F', password + password],
        ['10', password],
        ['14', `03010004${password}0100000015`],
        ['18', `030C0004${password}${password}`],
        ['19', `${password}01000000`],
        ['1A', `${password}01000000`],
        ['1B', `${password}01000000FFFFFFFF`],
        ['1C', `${password}010000001A00000000000000`],
        ['8F', password],
        ['98', password],
      ];
      for (const [control = '', data = ''] of frames) {
        const frame = encodeFrame({ address: ADDRESS, control: Number.parseInt(control, 16), data: fromHex(data) ?? new Uint8Array(0) });
        const told = JSON.stringify(describeFrame(protocol, frame));
        expect(told).toContain('"ok":true');
        expect(told, control).not.toMatch(/987654|547698/);
      }
    },
  );

  test('a password that is written as an item is not shown', () => {
    const write = {
      kind: 'write',
      di: '04000C03',
      password: '02987654',
      operator: '00000001',
      value: Uint8Array.of(2, 0x54, 0x76, 0x98),
    } as const;
    expect(tell(encodeRequest(ADDRESS, write))).toMatchObject({
      ok: true,
      value: { items: [{ di: '04000C03', value: null }], write: { passwordLevel: '02', value: null } },
    });
  });

  test('tells what an installer does to a meter', () => {
    const clear = { kind: 'clear-events', password: '02987654', operator: '00000007', di: 'FFFFFFFF' } as const;
    expect(tell(encodeRequest(ADDRESS, clear))).toMatchObject({
      ok: true,
      value: {
        frame: { control: '1B', function: 'clear events' },
        items: [{ di: 'FFFFFFFF' }],
        maintenance: { passwordLevel: '02', operator: '00000007', setting: null },
      },
    });
    expect(tell(encodeRequest(ADDRESS, { kind: 'change-speed', speed: 9600 }))).toMatchObject({
      ok: true,
      value: { items: [], maintenance: { passwordLevel: null, operator: null, setting: '9600' } },
    });
  });

  test('what does not verify is an error with its code', () => {
    expect(tell(fromHex('68 78 56 34 12 00 00 68 91 04 33 33 34 33 47 16') ?? new Uint8Array(0))).toEqual({
      ok: false,
      error: { code: 'bad-checksum' },
    });
    expect(tell(fromHex('FE FE FE') ?? new Uint8Array(0))).toEqual({ ok: false, error: { code: 'bad-length' } });
  });

  test('a frame of the 1997 edition is told by its own catalogue', () => {
    const frame = fromHex('68 99 99 99 99 99 99 68 01 02 43 C3 6F 16') ?? new Uint8Array(0);
    expect(describeFrame('dlt645', frame)).toMatchObject({
      ok: true,
      value: { frame: { control: '01', function: '97-read' }, items: [{ di: '9010', register: '1-0:1.8.0', value: null }], extra: null },
    });
  });
});
