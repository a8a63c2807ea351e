/** The packets that a DTU adds to its meters' stream: one that says who it is, and one now and then that says it is there. */
import { fromHex, toHex } from '../kernel/bytes.ts';

/**
 * A packet as text or as hex; `{identity}` stands for the DTU's identity. Every maker has its own, so they are configuration.
 * As `REG:{identity}\r\n`, or in hex `FE FE {identity} 16`.
 */
export interface PacketFormat {
  readonly as: 'ascii' | 'hex';
  readonly packet: string;
}

export interface RegistrationFormat extends PacketFormat {
  /** In bytes; needed where nothing follows the identity, since TCP does not keep the ends of packets. */
  readonly identityLength?: number;
}

export type Registration =
  | { readonly kind: 'incomplete' }
  /** `length` is that of the whole packet; a hex identity is upper case without blanks. */
  | { readonly kind: 'registered'; readonly identity: string; readonly length: number }
  | { readonly kind: 'foreign' };

export const IDENTITY_PLACE = '{identity}';
const LONGEST_IDENTITY_BYTES = 64;
const PRINTABLE = /^[!-~]+$/;

/** The registration packet at the beginning of a stream. */
export function readRegistration(bytes: Uint8Array, format: RegistrationFormat): Registration {
  const [before = '', after = ''] = format.packet.split(IDENTITY_PLACE);
  const prefix = encode(before, format.as);
  const suffix = encode(after, format.as);
  const stream = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!startsAlike(stream, prefix)) return { kind: 'foreign' };
  const end = identityEnd(stream, prefix.length, suffix, format.identityLength);
  if (end === 'foreign' || end === 'incomplete') return { kind: end };
  const identity = decode(stream.subarray(prefix.length, end), format.as);
  return identity === undefined ? { kind: 'foreign' } : { kind: 'registered', identity, length: end + suffix.length };
}

/** The packet of one DTU; empty where it is no hex. */
export function packetBytes({ as, packet }: PacketFormat, identity: string): Uint8Array {
  return encode(
    packet.replaceAll(IDENTITY_PLACE, () => identity),
    as,
  );
}

function identityEnd(stream: Buffer, from: number, suffix: Uint8Array, length: number | undefined): number | 'foreign' | 'incomplete' {
  if (length !== undefined) {
    const end = from + length;
    if (!startsAlike(stream.subarray(end), suffix)) return 'foreign';
    return stream.length < end + suffix.length ? 'incomplete' : end;
  }
  const end = suffix.length === 0 ? -1 : stream.indexOf(suffix, from);
  if (end >= 0) return end - from > LONGEST_IDENTITY_BYTES ? 'foreign' : end;
  return stream.length - from > LONGEST_IDENTITY_BYTES + suffix.length ? 'foreign' : 'incomplete';
}

/** One of both is how the other begins. */
function startsAlike(left: Uint8Array, right: Uint8Array): boolean {
  const length = Math.min(left.length, right.length);
  return Buffer.compare(left.subarray(0, length), right.subarray(0, length)) === 0;
}

const encode = (text: string, as: PacketFormat['as']): Uint8Array =>
  as === 'ascii' ? Buffer.from(text, 'latin1') : (fromHex(text) ?? new Uint8Array(0));

function decode(bytes: Buffer, as: PacketFormat['as']): string | undefined {
  if (as === 'hex') return bytes.length === 0 ? undefined : toHex(bytes);
  const text = bytes.toString('latin1');
  return PRINTABLE.test(text) ? text : undefined;
}

/** Takes one packet out of a stream, however it is cut and whatever it is glued to. */
export interface PacketFilter {
  /** What is not the packet, and how often the packet was there. */
  push(chunk: Uint8Array): { readonly passed: Uint8Array; readonly packets: number };
  /** An end of the stream that may be the beginning of a packet is kept back until more comes. */
  isHolding(): boolean;
  /** Gives back what was kept: it was none. */
  release(): Uint8Array;
}

export function createPacketFilter(packet: Uint8Array): PacketFilter {
  let held = Buffer.alloc(0);
  return {
    push(chunk) {
      const bytes = Buffer.concat([held, chunk]);
      const passed: Buffer[] = [];
      let packets = 0;
      let from = 0;
      for (let at = bytes.indexOf(packet); at >= 0 && packet.length > 0; at = bytes.indexOf(packet, from)) {
        passed.push(bytes.subarray(from, at));
        packets += 1;
        from = at + packet.length;
      }
      const tail = bytes.length - beginningLength(bytes.subarray(from), packet);
      passed.push(bytes.subarray(from, tail));
      held = bytes.subarray(tail);
      return { passed: Buffer.concat(passed), packets };
    },
    isHolding: () => held.length > 0,
    release() {
      const bytes = held;
      held = Buffer.alloc(0);
      return bytes;
    },
  };
}

/** How many bytes at the end are the beginning of a packet that is not complete. */
function beginningLength(bytes: Buffer, packet: Uint8Array): number {
  for (let length = Math.min(bytes.length, packet.length - 1); length > 0; length--)
    if (Buffer.compare(bytes.subarray(bytes.length - length), packet.subarray(0, length)) === 0) return length;
  return 0;
}
