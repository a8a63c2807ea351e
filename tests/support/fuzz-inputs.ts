/** Bytes to throw at decoders: some are noise, most are nearly right, so that they get past the first check. */
import { encodeFrame, encodeLoadRecord } from '../../protocols/dlt645/index.ts';
import { encodeRtu, encodeTcp } from '../../protocols/modbus/index.ts';
import { toHex } from '../../src/kernel/bytes.ts';
import { envelopeWith, goodSample } from './envelopes.ts';
import type { createRandom } from './random.ts';

export type Random = ReturnType<typeof createRandom>;
export type MakeInput = (random: Random) => Uint8Array;

const byteOf = ({ below }: Random) => below(256);
function bytesOf(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = byteOf(random);
  return bytes;
}
function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
const oneOf = <T>({ below }: Random, choices: readonly T[], otherwise: T): T => choices[below(choices.length)] ?? otherwise;
/** Mostly short, now and then as long as the field allows. */
const lengthOf = ({ below }: Random, most: number) => (below(8) === 0 ? below(most + 1) : below(Math.min(most, 40) + 1));

const noise: MakeInput = (random) => bytesOf(random, lengthOf(random, 300));

const DLT645_FUNCTIONS = [0x03, 0x08, 0x0a, 0x0c, 0x0f, 0x10, ...Array.from({ length: 13 }, (_, index) => 0x11 + index)];
const REPLY = 0x80;
const ABNORMAL = 0x40;
const MORE = 0x20;

/** Half of them with a DI of a class that exists, of either year. */
function dlt645Data(random: Random): Uint8Array {
  const data = bytesOf(random, lengthOf(random, 255));
  const year = random.below(4);
  if (year < 2 && data.length >= 4)
    data.set([random.below(16), random.below(2) * 0xff, random.below(8), oneOf(random, [0, 1, 2, 3, 4, 5, 6, 0x10], 0)]);
  if (year === 2 && data.length >= 2) data.set([byteOf(random), 0x90 + random.below(0x60)]);
  return data;
}

function dlt645Control(random: Random): number {
  if (random.below(4) === 0) return byteOf(random);
  const flags = oneOf(random, [0, 0, REPLY, REPLY, REPLY | MORE, REPLY | ABNORMAL], 0);
  return oneOf(random, DLT645_FUNCTIONS, 0x11) | flags;
}

export const dlt645Frame: MakeInput = (random) => {
  const address = toHex(bytesOf(random, 6));
  return encodeFrame({ address, control: dlt645Control(random), data: dlt645Data(random) }, { wakeUp: random.below(6) });
};

export const bareDlt645Frame: MakeInput = (random) => {
  const frame = dlt645Frame(random);
  return frame.subarray(frame.indexOf(0x68));
};

/** A control byte and data, as a verified frame would hold them. */
export const dlt645Message: MakeInput = (random) => joined(Uint8Array.of(dlt645Control(random)), dlt645Data(random));

const READS = [1, 2, 3, 4];
const WRITES_OF_ONE = [5, 6];
const WRITES_OF_MANY = [15, 16];
const EXCEPTION = 0x80;
const LONGEST_PDU_DATA = 252;

/** Shapes whose lengths and counts are right, whatever the rest says. */
const MODBUS_SHAPES: readonly MakeInput[] = [
  (random) => Uint8Array.of(oneOf(random, READS, 3), byteOf(random), byteOf(random), 0, 1 + random.below(125)),
  (random) =>
    Uint8Array.of(oneOf(random, WRITES_OF_ONE, 6), byteOf(random), byteOf(random), oneOf(random, [0, 0xff, byteOf(random)], 0), 0),
  (random) => Uint8Array.of(oneOf(random, WRITES_OF_MANY, 16), byteOf(random), byteOf(random), 0, 1 + random.below(123)),
  (random) => Uint8Array.of(oneOf(random, [...READS, ...WRITES_OF_ONE, ...WRITES_OF_MANY], 3) | EXCEPTION, byteOf(random)),
  (random) => {
    const registers = 1 + random.below(123);
    return joined(Uint8Array.of(16, byteOf(random), byteOf(random), 0, registers, registers * 2), bytesOf(random, registers * 2));
  },
  (random) => {
    const bytes = 2 * (1 + random.below(125));
    return joined(Uint8Array.of(oneOf(random, READS, 3), bytes), bytesOf(random, bytes));
  },
  (random) => bytesOf(random, 1 + lengthOf(random, LONGEST_PDU_DATA)),
];

export const modbusPdu: MakeInput = (random) => oneOf(random, MODBUS_SHAPES, noise)(random);

export const rtuFrame: MakeInput = (random) => encodeRtu({ unit: byteOf(random), pdu: modbusPdu(random) });
export const tcpFrame: MakeInput = (random) =>
  encodeTcp({ transaction: random.below(65_536), unit: byteOf(random), pdu: modbusPdu(random) });

/** Load records behind their DI, each with sections of its own. */
export const loadRecords: MakeInput = (random) => {
  const time = {
    year: 2026,
    month: 1 + random.below(12),
    day: 1 + random.below(28),
    hour: random.below(24),
    minute: random.below(60),
    second: 0,
  };
  const section = () => bytesOf(random, random.below(3) * 8);
  const record = () => encodeLoadRecord(time, [section(), section(), section(), section(), section(), section()]);
  return joined(...Array.from({ length: 1 + random.below(3) }, record));
};

const SECURITY_BODY_LENGTHS = [6, 12, 18, 22, 24];

/** As long as one of the bodies, with digits where some have them. */
export const securityBody: MakeInput = (random) => {
  const bytes = bytesOf(random, oneOf(random, SECURITY_BODY_LENGTHS, 24));
  return random.below(2) === 0 ? bytes : bytes.map((byte) => ((byte >> 4) % 10) * 16 + (byte % 10));
};

const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const envelopeBytes: MakeInput = ({ below }) =>
  textBytes(envelopeWith({ seq: below(3) === 0 ? -1 : below(1_000_000), samples: Array(below(4)).fill(goodSample) }));

export const uplinkBytes: MakeInput = (random) =>
  textBytes(
    JSON.stringify({
      txId: `t${random.below(1000)}`,
      port: random.below(4),
      frameHex: toHex(bytesOf(random, lengthOf(random, 250))),
      ...(random.below(2) === 0 ? {} : { offset: random.below(300) }),
    }),
  );

const DAMAGES: readonly ((bytes: Uint8Array, random: Random) => Uint8Array)[] = [
  (bytes, random) => bytes.with(random.below(bytes.length), byteOf(random)),
  (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.slice(random.below(bytes.length + 1)),
  (bytes, random) => joined(bytes, noise(random)),
  (bytes, random) => joined(bytes.subarray(0, random.below(bytes.length + 1)), bytes),
];

/** Half of them whole, an eighth noise, the others damaged. */
export const nearly =
  (make: MakeInput): MakeInput =>
  (random) => {
    const fate = random.below(8);
    if (fate === 0) return noise(random);
    const bytes = make(random);
    return fate < 4 ? (oneOf(random, DAMAGES, DAMAGES[0])?.(bytes, random) ?? bytes) : bytes;
  };

const MOST_PIECES = 6;

/** What a line brings: frames, damaged ones and noise, one behind the other. */
export const streamOf =
  (make: MakeInput): MakeInput =>
  (random) =>
    joined(...Array.from({ length: random.below(MOST_PIECES + 1) }, () => nearly(make)(random)));
