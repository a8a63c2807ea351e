/** Publishes as fast as a broker takes it, at QoS 1: packets made beforehand, a window of them under way. */
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

export interface FloodData {
  readonly portNumber: number;
  readonly topic: string;
  readonly payload: string;
}

const WINDOW = 500;
const LAST_PACKET_ID = 0xffff;
const PUBACK_BYTES = 4;
const CONNACK_BYTES = 4;
const TOGETHER = 50;

const { portNumber, topic, payload } = workerData as FloodData;
const publish = publishPacket();
const packetIdAt = publish.length - Buffer.byteLength(payload) - 2;

let left = 0;
let underWay = 0;
let packetId = 0;
let heard = -CONNACK_BYTES;

const socket = connect({ host: '127.0.0.1', port: portNumber, noDelay: true });
socket.on('error', () => socket.destroy());
socket.write(connectPacket());
socket.on('data', (chunk) => {
  const wasConnected = heard >= 0;
  heard += chunk.length;
  if (heard < 0) return;
  if (!wasConnected) parentPort?.postMessage('ready');
  underWay -= Math.floor(heard / PUBACK_BYTES);
  heard %= PUBACK_BYTES;
  flood();
});
parentPort?.on('message', (count: number) => {
  left += count;
  flood();
});

/** In batches: a system call for each packet would be the limit. */
function flood(): void {
  while (left > 0 && underWay + TOGETHER <= WINDOW) {
    const batch = Buffer.concat(Array.from({ length: Math.min(TOGETHER, left) }, nextPacket));
    left -= batch.length / publish.length;
    underWay += batch.length / publish.length;
    socket.write(batch);
  }
}

function nextPacket(): Buffer {
  packetId = (packetId % LAST_PACKET_ID) + 1;
  const packet = Buffer.from(publish);
  packet.writeUInt16BE(packetId, packetIdAt);
  return packet;
}

/** Fixed header, remaining length, what remains. @source MQTT 3.1.1, 2.2 */
function packetOf(header: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  for (let rest = body.length; rest > 0 || length.length === 0; rest >>= 7) length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  return Buffer.concat([Buffer.from([header, ...length]), body]);
}

function textOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function connectPacket(): Buffer {
  return packetOf(0x10, [textOf('MQTT'), Buffer.from([4, 2, 0, 60]), textOf('flood')]);
}

function publishPacket(): Buffer {
  return packetOf(0x32, [textOf(topic), Buffer.from([0, 0]), Buffer.from(payload)]);
}
