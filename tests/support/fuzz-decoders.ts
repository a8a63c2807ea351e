/** Every decoder of frames, with the inputs that it is fuzzed with and what must hold of whatever it answers. */
import * as concentrator from '../../protocols/concentrator/index.ts';
import * as dlt645 from '../../protocols/dlt645/index.ts';
import * as modbus from '../../protocols/modbus/index.ts';
import { toHex } from '../../src/kernel/bytes.ts';
import type { CreateFramer } from '../../src/kernel/framer.ts';
import {
  bareDlt645Frame,
  dlt645Frame,
  dlt645Message,
  envelopeBytes,
  loadRecords,
  type MakeInput,
  modbusPdu,
  nearly,
  type Random,
  rtuFrame,
  securityBody,
  streamOf,
  tcpFrame,
  uplinkBytes,
} from './fuzz-inputs.ts';
import { createRandom } from './random.ts';

interface Decoder {
  readonly input: MakeInput;
  /** Throws where the decoder breaks its promise; answers whether it took the input for something. */
  try(bytes: Uint8Array, random: Random): boolean;
}

const describing = (protocol: Parameters<typeof dlt645.describeFrame>[0]): Decoder => ({
  input: nearly(dlt645Frame),
  try: (bytes) => dlt645.describeFrame(protocol, bytes).ok,
});

const describingModbus = (protocol: modbus.ModbusProtocol, input: MakeInput): Decoder => ({
  input: nearly(input),
  try(bytes) {
    const either = modbus.describeModbus(protocol, bytes).ok;
    const [request, reply] = (['request', 'reply'] as const).map((direction) => modbus.describeModbus(protocol, bytes, direction).ok);
    if (either !== (request || reply)) throw new Error('a frame that fits neither way was told, or one that fits was not');
    return either;
  },
});

const messageOf = (bytes: Uint8Array): dlt645.Frame => ({ address: '000012345678', control: bytes[0] ?? 0, data: bytes.subarray(1) });

const LONGEST_CHUNK = 64;

/** Feeds the stream in chunks; every frame handed out must verify, and no byte may come out that did not go in. */
const framing = (create: CreateFramer, frame: MakeInput, verifies: (bytes: Uint8Array) => boolean): Decoder => ({
  input: streamOf(frame),
  try(stream, random) {
    const framer = create();
    let told = 0;
    let frames = 0;
    const hear = (events: ReturnType<typeof framer.drain>) => {
      for (const { kind, bytes } of events) {
        told += bytes.length;
        if (kind !== 'frame') continue;
        frames++;
        if (!verifies(bytes)) throw new Error(`a frame that does not verify came out: ${toHex(bytes)}`);
      }
    };
    for (let at = 0; at < stream.length; ) {
      const end = at + 1 + random.below(LONGEST_CHUNK);
      hear(framer.push(stream.subarray(at, end)));
      at = end;
    }
    hear(framer.drain());
    if (told > stream.length) throw new Error(`${told} bytes came out of ${stream.length}`);
    if (framer.drain().length > 0) throw new Error('a drained framer still held bytes');
    return frames > 0;
  },
});

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Every reader of a body gets every body; at most one length fits each. */
const readsAnySecurityBody = (bytes: Uint8Array): boolean =>
  [
    dlt645.readAuthentication(bytes),
    dlt645.readAuthenticationAnswer(bytes),
    dlt645.readValidity(bytes),
    dlt645.readPurse(bytes),
    dlt645.readPurseStatus(bytes),
  ].some(({ ok }) => ok);

const isRtu = (bytes: Uint8Array) => modbus.decodeRtu(bytes).ok;

export const DECODERS: Readonly<Record<string, Decoder>> = {
  'dlt645 description, either year': describing('dlt645'),
  'dlt645-1997 description': describing('dlt645-1997'),
  'dlt645-2007 description': describing('dlt645-2007'),
  'dlt645 frame': { input: nearly(bareDlt645Frame), try: (bytes) => dlt645.decodeFrame(bytes).ok },
  'dlt645-1997 request': { input: dlt645Message, try: (bytes) => dlt645.decodeRequest1997(messageOf(bytes)).ok },
  'dlt645-1997 reply': { input: dlt645Message, try: (bytes) => dlt645.decodeReply1997(messageOf(bytes)).ok },
  'dlt645-2007 request': { input: dlt645Message, try: (bytes) => dlt645.decodeRequest(messageOf(bytes)).ok },
  'dlt645-2007 reply': { input: dlt645Message, try: (bytes) => dlt645.decodeReply(messageOf(bytes)).ok },
  'dlt645 framer': framing(dlt645.createDlt645Framer, dlt645Frame, (bytes) => dlt645.decodeFrame(bytes).ok),
  'dlt645-2007 load records': {
    input: nearly(loadRecords),
    try: (bytes) => dlt645.decodeLoadRecords(bytes).records.length > 0,
  },
  'dlt645-2007 security bodies': { input: nearly(securityBody), try: readsAnySecurityBody },
  'concentrator reply': { input: nearly(uplinkBytes), try: (bytes) => concentrator.decodeUplink(textOf(bytes)) !== undefined },
  'concentrator envelope': { input: nearly(envelopeBytes), try: (bytes) => concentrator.decodeEnvelope(textOf(bytes)).ok },
  'modbus-rtu description': describingModbus('modbus-rtu', rtuFrame),
  'modbus-tcp description': describingModbus('modbus-tcp', tcpFrame),
  'modbus-rtu frame': { input: nearly(rtuFrame), try: isRtu },
  'modbus-tcp frame': { input: nearly(tcpFrame), try: (bytes) => modbus.decodeTcp(bytes).ok },
  'modbus request': { input: nearly(modbusPdu), try: (bytes) => modbus.decodeRequest(bytes).ok },
  'modbus reply': { input: nearly(modbusPdu), try: (bytes) => modbus.decodeReply(bytes).ok },
  'modbus-rtu request framer': framing(modbus.createRtuRequestFramer, rtuFrame, isRtu),
  'modbus-rtu reply framer': framing(() => modbus.createRtuReplyFramer(), rtuFrame, isRtu),
  'modbus-tcp framer': framing(modbus.createTcpFramer, tcpFrame, (bytes) => modbus.decodeTcp(bytes).ok),
};

/**
 * Throws inputs at one decoder, each made from a seed of its own: `seed`, `seed + 1`, …
 *
 * @param onTried called after each input with how many were tried
 * @returns how many the decoder took for something
 */
export function fuzz(name: string, count: number, seed: number, onTried: (tried: number) => void = () => undefined): number {
  const decoder = DECODERS[name];
  if (decoder === undefined) throw new Error(`no decoder is called ${name}`);
  let taken = 0;
  for (let tried = 0; tried < count; tried++) {
    const random = createRandom(seed + tried);
    const bytes = decoder.input(random);
    try {
      if (decoder.try(bytes, random)) taken++;
    } catch (error) {
      throw new Error(`${name}, seed ${seed + tried}: ${toHex(bytes)}`, { cause: error });
    }
    onTried(tried + 1);
  }
  return taken;
}
