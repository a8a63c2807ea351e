import { describe, expect, test } from 'vitest';
import { createDlt645Framer } from '../../../../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../../../../src/kernel/bytes.ts';
import type { FramerEvent } from '../../../../../src/kernel/framer.ts';

const REQUEST = '6878563412000068110433333433C616';
const REPLY = '687856341200006891083333343389674533B216';
const hex = (text: string) => fromHex(text) ?? new Uint8Array(0);
const tell = (events: readonly FramerEvent[]) => events.map(({ kind, bytes }) => `${kind} ${toHex(bytes)}`);

describe('DL/T 645 framer', () => {
  test('takes an echo, wake-up bytes and the reply out of one chunk', () => {
    expect(tell(createDlt645Framer().push(hex(`FEFEFEFE${REQUEST}FEFE${REPLY}`)))).toEqual([`frame ${REQUEST}`, `frame ${REPLY}`]);
  });

  test('puts a frame together that comes byte by byte', () => {
    const framer = createDlt645Framer();
    const events = [...hex(`FEFE${REPLY}`)].flatMap((byte) => framer.push(Uint8Array.of(byte)));
    expect(tell(events)).toEqual([`frame ${REPLY}`]);
  });

  test('reports what lies between frames as noise, once and in order', () => {
    expect(tell(createDlt645Framer().push(hex(`567B16${REQUEST}FF${REPLY}567B`)))).toEqual([
      'noise 567B16',
      `frame ${REQUEST}`,
      'noise FF',
      `frame ${REPLY}`,
      'noise 567B',
    ]);
  });

  test('goes on one byte behind a 68 that starts no frame', () => {
    expect(tell(createDlt645Framer().push(hex(`68FEFE6888${REPLY}`)))).toEqual(['noise 68FEFE6888', `frame ${REPLY}`]);
  });

  test('does not give out a frame whose checksum is wrong, and finds the one behind it', () => {
    const corrupt = `${REPLY.slice(0, -6)}00B216`;
    expect(tell(createDlt645Framer().push(hex(corrupt + REPLY)))).toEqual([`noise ${corrupt}`, `frame ${REPLY}`]);
  });

  test('never gives out the image of a frame inside the data of another, however it is cut', () => {
    const inner = hex(REQUEST);
    const body = [...hex('6878563412000068'), 0x91, inner.length, ...inner];
    const outer = Uint8Array.from([...body, body.reduce((sum, byte) => sum + byte, 0), 0x16]);
    for (let cut = 0; cut <= outer.length; cut++) {
      const framer = createDlt645Framer();
      expect(tell([...framer.push(outer.subarray(0, cut)), ...framer.push(outer.subarray(cut))])).toEqual([`frame ${toHex(outer)}`]);
    }
  });

  test('holds a frame back behind a false start that promises more, and gives it out when the line has gone silent', () => {
    const framer = createDlt645Framer();
    const falseStart = '680000000000006891FF';
    expect(framer.push(hex(falseStart + REPLY))).toEqual([]);
    expect(tell(framer.drain())).toEqual([`noise ${falseStart}`, `frame ${REPLY}`]);
    expect(tell(framer.push(hex(REQUEST)))).toEqual([`frame ${REQUEST}`]);
  });

  test('gives it out without silence too, once bytes have settled the false start', () => {
    const framer = createDlt645Framer();
    const events = framer.push(hex(`680000000000006891FF${REPLY.repeat(20)}`));
    expect(events.filter(({ kind }) => kind === 'frame')).toHaveLength(20);
  });

  test('forgets undecided bytes on reset', () => {
    const framer = createDlt645Framer();
    framer.push(hex(REPLY.slice(0, 20)));
    framer.reset();
    expect(tell(framer.push(hex(REPLY)))).toEqual([`frame ${REPLY}`]);
  });

  test('takes a chunk far longer than its buffer', () => {
    const events = createDlt645Framer().push(hex(`FE${REPLY}`.repeat(2_000)));
    expect(events).toHaveLength(2_000);
    expect(events.every(({ kind }) => kind === 'frame')).toBe(true);
  });

  test('hands out copies that later bytes do not change', () => {
    const framer = createDlt645Framer();
    const chunk = hex(REPLY);
    const [event] = framer.push(chunk);
    chunk.fill(0);
    framer.push(new Uint8Array(300));
    expect(toHex(event?.bytes ?? new Uint8Array(0))).toBe(REPLY);
  });
});
