import { describe, expect, test } from 'vitest';
import { createRtuReplyFramer, createTcpFramer, encodeRtu } from '../../../../protocols/modbus/index.ts';
import { fromHex, toHex } from '../../../../src/kernel/bytes.ts';
import type { FramerEvent } from '../../../../src/kernel/framer.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array(0);
const told = (events: readonly FramerEvent[]) => events.map(({ kind, bytes }) => `${kind} ${toHex(bytes)}`);

const REQUEST = encodeRtu({ unit: 1, pdu: hex('0300000002') });
const REPLY = encodeRtu({ unit: 1, pdu: hex('030400001BDD') });

describe('RTU reply framer', () => {
  test('ends a frame by its length: nothing is waited for behind it', () => {
    const framer = createRtuReplyFramer(REQUEST);
    expect(told(framer.push(REPLY))).toEqual([`frame ${toHex(REPLY)}`]);
    expect(framer.drain()).toEqual([]);
  });

  test('parts echo, another unit and the reply that come glued together', () => {
    const other = encodeRtu({ unit: 9, pdu: hex('8302') });
    const framer = createRtuReplyFramer(REQUEST);
    expect(told(framer.push(Uint8Array.of(...REQUEST, ...other, ...REPLY)))).toEqual([
      `frame ${toHex(REQUEST)}`,
      `frame ${toHex(other)}`,
      `frame ${toHex(REPLY)}`,
    ]);
  });

  test('takes an echo for what it is where its address looks like a byte count', () => {
    const request = encodeRtu({ unit: 1, pdu: hex('0310000002') });
    const framer = createRtuReplyFramer(request);
    expect(told(framer.push(Uint8Array.of(...request, ...REPLY)))).toEqual([`frame ${toHex(request)}`, `frame ${toHex(REPLY)}`]);
  });

  test('gives out a reply behind a false start when nothing more comes', () => {
    const framer = createRtuReplyFramer(REQUEST);
    expect(framer.push(Uint8Array.of(0x01, 0x03, 0xf0, ...REPLY))).toEqual([]);
    expect(told(framer.drain())).toEqual(['noise 0103F0', `frame ${toHex(REPLY)}`]);
  });

  test('forgets half a frame when it is reset', () => {
    const framer = createRtuReplyFramer(REQUEST);
    framer.push(REPLY.subarray(0, 5));
    framer.reset();
    expect(told(framer.push(REPLY))).toEqual([`frame ${toHex(REPLY)}`]);
  });
});

describe('TCP framer', () => {
  test('joins and parts frames by their length field', () => {
    const frame = '000100000006110300780003';
    const framer = createTcpFramer();
    expect(framer.push(hex(frame.slice(0, 14)))).toEqual([]);
    expect(told(framer.push(hex(frame.slice(14) + frame)))).toEqual([`frame ${frame}`, `frame ${frame}`]);
  });

  test('takes for noise what cannot be a header', () => {
    const framer = createTcpFramer();
    expect(told(framer.push(hex('FFFFFF000100000006110300780003')))).toEqual(['noise FFFFFF', 'frame 000100000006110300780003']);
  });
});
