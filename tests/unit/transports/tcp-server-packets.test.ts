import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPacketFilter, packetBytes, type RegistrationFormat, readRegistration } from '../../../src/transports/tcp-server-packets.ts';

const text = (content: string) => Buffer.from(content, 'latin1');
const hex = (content: string) => Buffer.from(content.replaceAll(' ', ''), 'hex');

describe('A registration packet', () => {
  const ended: RegistrationFormat = { as: 'ascii', packet: 'REG:{identity}\r\n' };
  const counted: RegistrationFormat = { as: 'ascii', packet: 'ID{identity}', identityLength: 4 };
  const binary: RegistrationFormat = { as: 'hex', packet: 'FE FE {identity} 16', identityLength: 3 };
  test.each([
    ['text that ends with its mark', ended, text('REG:13800000001\r\n'), { kind: 'registered', identity: '13800000001', length: 17 }],
    ['text of a known length', counted, text('ID0042'), { kind: 'registered', identity: '0042', length: 6 }],
    ['bytes of a known length', binary, hex('FE FE 0A 0B 0C 16'), { kind: 'registered', identity: '0A0B0C', length: 6 }],
    ['a packet with more glued to it', counted, text('ID0042\x68\x01'), { kind: 'registered', identity: '0042', length: 6 }],
    ['nothing yet', ended, text(''), { kind: 'incomplete' }],
    ['half a prefix', ended, text('RE'), { kind: 'incomplete' }],
    ['an identity that may go on', ended, text('REG:1380'), { kind: 'incomplete' }],
    ['half an end', ended, text('REG:13800000001\r'), { kind: 'incomplete' }],
    ['bytes without their last', binary, hex('FE FE 0A 0B 0C'), { kind: 'incomplete' }],
    ['another prefix', ended, text('GET / HTTP'), { kind: 'foreign' }],
    ['another end', binary, hex('FE FE 0A 0B 0C 17'), { kind: 'foreign' }],
    ['an empty identity', ended, text('REG:\r\n'), { kind: 'foreign' }],
    ['an identity with a control character', ended, text('REG:1\x002\r\n'), { kind: 'foreign' }],
    ['an identity that never ends', ended, text(`REG:${'1'.repeat(67)}`), { kind: 'foreign' }],
  ] as const)('%s', (_name, format, bytes, expected) => {
    expect(readRegistration(bytes, format)).toEqual(expected);
  });
});

describe('A heartbeat', () => {
  test('is the same for all, or carries the identity', () => {
    expect(packetBytes({ as: 'ascii', packet: 'PING' }, '42')).toEqual(text('PING'));
    expect(packetBytes({ as: 'ascii', packet: 'REG:{identity}' }, '42')).toEqual(text('REG:42'));
    expect(packetBytes({ as: 'ascii', packet: 'REG:{identity};' }, '$&')).toEqual(text('REG:$&;'));
    expect(packetBytes({ as: 'hex', packet: 'FE FE {identity}' }, '0A0B')).toEqual(Uint8Array.of(0xfe, 0xfe, 0x0a, 0x0b));
  });

  test('is taken out from between the bytes of a meter', () => {
    const filter = createPacketFilter(text('PING'));
    expect(filter.push(text('abPINGcdPINGPINGef'))).toEqual({ passed: text('abcdef'), packets: 3 });
    expect(filter.isHolding()).toBe(false);
  });

  test('is waited for where the stream ends as it begins, and given back where it was none', () => {
    const filter = createPacketFilter(text('PING'));
    expect(filter.push(text('abPI'))).toEqual({ passed: text('ab'), packets: 0 });
    expect(filter.isHolding()).toBe(true);
    expect(filter.push(text('NGcP'))).toEqual({ passed: text('c'), packets: 1 });
    expect(filter.release()).toEqual(text('P'));
    expect(filter.push(text('INGd'))).toEqual({ passed: text('INGd'), packets: 0 });
  });

  test('that there is none of takes nothing out', () => {
    const filter = createPacketFilter(new Uint8Array(0));
    expect(filter.push(text('PING'))).toEqual({ passed: text('PING'), packets: 0 });
  });

  test('in any chunks leaves the same bytes and is counted the same', () => {
    const piece = fc.constantFrom('PING', 'P', 'I', 'N', 'G', 'x');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 60 }), (pieces, sizes) => {
        const stream = text(pieces.join(''));
        const filter = createPacketFilter(text('PING'));
        let [from, passed, packets] = [0, '', 0];
        for (const size of [...sizes, stream.length]) {
          const answer = filter.push(stream.subarray(from, from + size));
          passed += Buffer.from(answer.passed).toString();
          packets += answer.packets;
          from += size;
        }
        passed += Buffer.from(filter.release()).toString();
        expect(passed).toBe(pieces.join('').replaceAll('PING', ''));
        expect(packets).toBe(pieces.join('').split('PING').length - 1);
      }),
    );
  });
});
