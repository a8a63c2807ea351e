import { dirname, resolve } from 'node:path';
import { fromHex } from '../kernel/bytes.ts';
import { isLoopback, type ListenAddress, parseListenAddress } from './listen-address.ts';
import type { Wrong } from './read-yaml.ts';
import type { ConfigFile } from './schema.ts';

type Raw = ConfigFile['listeners'][number];
type Packet = Pick<NonNullable<Raw['heartbeat']>, 'as' | 'packet'>;

/** A port at which DTUs dial in, checked. */
export interface DtuListener extends Omit<Raw, 'listen'> {
  readonly listen: ListenAddress;
}

const IDENTITY = '{identity}';
/** Shorter ones stand in meters' frames by chance. */
const SHORTEST_HEARTBEAT_BYTES = 4;

export function listenerOf(raw: Raw, path: string, file: string, wrong: Wrong): DtuListener {
  const listen = parseListenAddress(raw.listen);
  if (listen === undefined) throw wrong(`${path}.listen`, raw.listen, 'HOST:PORT, as 127.0.0.1:4001');
  if (!isLoopback(listen.host) && raw.tls === undefined)
    throw wrong(
      `${path}.listen`,
      raw.listen,
      `a loopback address, or tls in listener ${raw.id}: readings and relay frames must not cross a network in clear`,
    );
  checkRegistration(raw, path, wrong);
  checkHeartbeat(raw, path, wrong);
  const inFolder = (name: string) => resolve(dirname(file), name);
  return {
    ...raw,
    listen,
    ...(raw.tls === undefined ? {} : { tls: { certFile: inFolder(raw.tls.certFile), keyFile: inFolder(raw.tls.keyFile) } }),
  };
}

function checkRegistration({ registration }: Raw, path: string, wrong: Wrong): void {
  const { as, packet, identityLength } = registration;
  if (packet.split(IDENTITY).length !== 2)
    throw wrong(`${path}.registration.packet`, packet, `${IDENTITY} once, where the DTU says who it is`);
  checkWriting(registration, `${path}.registration.packet`, wrong);
  if (identityLength === undefined && (as === 'hex' || packet.endsWith(IDENTITY)))
    throw wrong(`${path}.registration.identityLength`, undefined, 'the bytes of an identity: nothing else says where it ends');
}

function checkHeartbeat({ heartbeat, registration, probeMs }: Raw, path: string, wrong: Wrong): void {
  if (heartbeat === undefined) return;
  checkWriting(heartbeat, `${path}.heartbeat.packet`, wrong);
  if (heartbeat.answer !== undefined) checkWriting({ as: heartbeat.as, packet: heartbeat.answer }, `${path}.heartbeat.answer`, wrong);
  const { as, packet } = heartbeat;
  if (packet.includes(IDENTITY) && as !== registration.as)
    throw wrong(`${path}.heartbeat.as`, as, `${registration.as}, as the identity in it is written`);
  if (probeMs !== undefined && probeMs <= heartbeat.everyMs)
    throw wrong(`${path}.probeMs`, probeMs, `more than heartbeat.everyMs, ${heartbeat.everyMs}: a live DTU may be silent for so long`);
  const [before = '', ...after] = packet.split(IDENTITY).map((part) => bytesOf(part, as) ?? []);
  const bytes = [...before, ...after.flatMap((part) => [...part])];
  const length = bytes.length + after.length * (registration.identityLength ?? 1);
  const isOneByte = after.length === 0 && new Set(bytes).size < 2;
  if (length < SHORTEST_HEARTBEAT_BYTES || isOneByte)
    throw wrong(`${path}.heartbeat.packet`, packet, 'four bytes or more, not all the same: a meter’s frame could have it inside');
}

function checkWriting({ as, packet }: Packet, path: string, wrong: Wrong): void {
  if (packet.split(IDENTITY).some((part) => bytesOf(part, as) === undefined))
    throw wrong(path, packet, as === 'hex' ? 'pairs of hex digits, as FE FE {identity} 16' : 'characters of one byte; write others as hex');
}

/** Undefined where a text cannot be written so. */
function bytesOf(text: string, as: Packet['as']): Uint8Array | undefined {
  if (as === 'hex') return fromHex(text);
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  return codes.some((code) => code > 0xff) ? undefined : Uint8Array.from(codes);
}

/** A line behind a DTU names its listener, and an identity as that one's DTUs write it. */
export function checkDialIn(raw: ConfigFile, index: number, wrong: Wrong): void {
  const line = raw.lines[index];
  if (line === undefined || line.transport.type !== 'tcp-server') return;
  const path = `lines[${index}].transport`;
  const { listener: id, identity = '' } = line.transport;
  const listener = raw.listeners.find((candidate) => candidate.id === id);
  if (listener === undefined) {
    const known = raw.listeners.map((candidate) => candidate.id).join(', ');
    throw wrong(`${path}.listener`, id, known === '' ? 'an id of listeners: describe there where DTUs dial in' : `one of ${known}`);
  }
  const { as, identityLength } = listener.registration;
  if (as === 'hex' && !(/^[0-9A-F]+$/.test(identity) && identity.length === 2 * (identityLength ?? 0)))
    throw wrong(`${path}.identity`, identity, `${2 * (identityLength ?? 0)} upper-case hex digits, as listener ${id} says`);
  if (as === 'ascii' && identity.length !== (identityLength ?? identity.length))
    throw wrong(`${path}.identity`, identity, `${identityLength} characters, as listener ${id} says`);
  const twin = raw.lines.slice(0, index).find(({ transport }) => transport.listener === id && transport.identity === identity);
  if (twin !== undefined) throw wrong(`${path}.identity`, identity, `an identity of its own: line ${twin.id} has this one`);
}

export function isLoopbackListener(raw: ConfigFile, id: string | undefined): boolean {
  const listen = raw.listeners.find((listener) => listener.id === id)?.listen;
  return listen !== undefined && isLoopback(parseListenAddress(listen)?.host ?? '');
}
