/** DL/T 645 exchanges for the bus tests, built by hand from the frame format; the framer is the product's. */
import { createDlt645Framer } from '../../../protocols/dlt645/link/framer.ts';
import { toHex } from '../../../src/kernel/bytes.ts';
import type { Exchange } from '../../../src/transports/bus/exchange.ts';

const READ = 0x11;
const READ_REPLY = 0x91;
const RELAY = 0x1c;
const RELAY_REPLY = 0x9c;

/** 68 A0..A5 68 C L DATA CS 16; `meter` is 12 digits, `data` as it travels, plus 33H. */
function frameOf(meter: string, control: number, data: readonly number[]): Uint8Array {
  const address = (meter.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)).reverse();
  const body = [0x68, ...address, 0x68, control, data.length, ...data.map((byte) => (byte + 0x33) & 0xff)];
  return Uint8Array.from([...body, body.reduce((sum, byte) => (sum + byte) & 0xff, 0), 0x16]);
}

/** `di` as 8 hex digits, DI3 first. */
const diBytes = (di: string) => (di.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)).reverse();

const TOTAL_ENERGY = '00010000';

export const meterNumber = (index: number) => String(index).padStart(12, '0');
export const readRequest = (meter: string, di = TOTAL_ENERGY) => frameOf(meter, READ, diBytes(di));
/** The answer to a read: 24 bytes with its four wake-up bytes, value 000012.34. */
export const readReply = (meter: string, di = TOTAL_ENERGY) =>
  Uint8Array.from([0xfe, 0xfe, 0xfe, 0xfe, ...frameOf(meter, READ_REPLY, [...diBytes(di), 0x34, 0x12, 0, 0])]);
export const relayReply = (meter: string) => frameOf(meter, RELAY_REPLY, []);
/** The meter that a request is for, and its DI. */
export const meterOf = (request: Uint8Array) => toHex(request.slice(1, 7).reverse());
export const isRead = (request: Uint8Array) => request[8] === READ;

const startsWith = (frame: Uint8Array, expected: Uint8Array, count: number) =>
  expected.subarray(0, count).every((byte, at) => frame[at] === byte);

/** A read that accepts only the reply of this meter with this DI. */
export function readExchange(meter: string, { di = TOTAL_ENERGY, ...more }: Partial<Exchange> & { di?: string } = {}): Exchange {
  const reply = frameOf(meter, READ_REPLY, [...diBytes(di), 0, 0, 0, 0]);
  return {
    meter,
    bytes: readRequest(meter, di),
    createFramer: createDlt645Framer,
    accepts: (frame) => frame.length === reply.length && startsWith(frame, reply, 14),
    longestReplyBytes: 24,
    repeatable: true,
    expectsReply: true,
    ...more,
  };
}

/** A relay frame: never repeated. */
export function relayExchange(meter: string): Exchange {
  const reply = relayReply(meter);
  return {
    meter,
    bytes: frameOf(meter, RELAY, [0x02, 0, 0, 0, 0x44, 0x33, 0x22, 0x11, 0x1a, 0, 0, 0, 12, 1, 12, 26]),
    createFramer: createDlt645Framer,
    accepts: (frame) => startsWith(frame, reply, 9),
    longestReplyBytes: 16,
    repeatable: false,
    expectsReply: true,
  };
}
