/**
 * A concentrator that tunnels raw frames over a broker. It keeps nothing: each message is put on its serial line for as
 * long as it says, what comes back in that time goes up under the same txId with the place of its first byte in all that came
 * back, and what is too old or was there before is dropped.
 *
 *     down     {"txId","port","frameHex","timeoutMs"[,"expiresAt"]}
 *     up       {"txId","port","frameHex","offset"}
 *     status   {"status":"online"}, retained; its last will says offline
 */
import { Socket } from 'node:net';
import { connect } from 'mqtt';
import Type from 'typebox';
import { fromHex, toHex } from '../../src/kernel/bytes.ts';
import { type CancelTimer, type Clock, parseInstant } from '../../src/kernel/clock.ts';
import { accepts } from '../check.ts';
import type { ServedLine } from './served-line.ts';
import type { LineEnd, SharedLine } from './shared-line.ts';

export interface ConcentratorTopics {
  readonly down: string;
  readonly up: string;
  readonly status: string;
  /** What it pushes by itself. */
  readonly readings: string;
}

export interface ConcentratorOptions {
  /** `mqtt://HOST:PORT`. */
  readonly broker: string;
  readonly concentrator: string;
  readonly clock: Clock;
  /** Its login at the broker, under its own name. */
  readonly password?: string;
  /** The same meters are on every port. */
  readonly line: SharedLine;
  /** `{concentrator}` stands for its name. */
  readonly topics?: ConcentratorTopics;
  /** How messages travel up; for a test that lets a bad network have its way. At once and once where absent. */
  readonly deliver?: Deliver;
}

/** A message on its way up. */
export interface UpMessage {
  readonly txId: string;
  readonly port: number;
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** What is published instead of a message. */
export type Deliver = (message: UpMessage) => readonly UpMessage[];

export interface ServedConcentrator extends ServedLine {
  /** Resolves when the broker has it for the first time; it comes back by itself after a loss. */
  readonly subscribed: Promise<void>;
  /** Resolves with the reason when the broker cannot be had. */
  readonly failed: Promise<string>;
}

export const DEFAULT_TOPICS: ConcentratorTopics = {
  down: 'feikong/v1/concentrators/{concentrator}/down',
  up: 'feikong/v1/concentrators/{concentrator}/up',
  status: 'feikong/v1/concentrators/{concentrator}/status',
  readings: 'feikong/v1/concentrators/{concentrator}/readings',
};
const RECONNECT_MS = 200;
/** Transactions remembered, so that a redelivered one is not played again. */
const TRANSACTIONS_REMEMBERED = 1_000;

const isDownlink = accepts(
  Type.Object({
    txId: Type.String({ maxLength: 200 }),
    port: Type.Integer({ minimum: 0 }),
    frameHex: Type.String({ maxLength: 10_000 }),
    timeoutMs: Type.Integer({ minimum: 0, maximum: 600_000 }),
    expiresAt: Type.Optional(Type.String()),
  }),
);

/** The broker needn't be there yet. */
export function serveMqttConcentrator({
  broker,
  concentrator,
  clock,
  password,
  line,
  topics = DEFAULT_TOPICS,
  deliver = (message) => [message],
}: ConcentratorOptions): ServedConcentrator {
  const topicOf = (template: string) => template.replaceAll('{concentrator}', concentrator);
  const exchanges = new Map<LineEnd, CancelTimer>();
  const played = new Set<string>();
  const client = connect(broker, {
    clean: true,
    reconnectPeriod: RECONNECT_MS,
    queueQoSZero: false,
    resubscribe: false,
    will: { topic: topicOf(topics.status), payload: statusOf('offline'), qos: 1, retain: true },
    ...(password === undefined ? {} : { username: concentrator, password }),
  });
  let fail: (reason: string) => void = () => undefined;
  const failed = new Promise<string>((resolve) => {
    fail = resolve;
  });
  const subscribed = new Promise<void>((resolve) => {
    client.on('connect', () => {
      if (client.stream instanceof Socket) client.stream.setNoDelay(true);
      client.subscribe(topicOf(topics.down), { qos: 1 }, (error) => {
        if (error !== null) return fail(`it refused ${topicOf(topics.down)}: ${error.message}`);
        client.publish(topicOf(topics.status), statusOf('online'), { qos: 1, retain: true });
        resolve();
      });
    });
  });
  client.on('message', (_topic, payload) => hear(payload.toString()));
  client.on('error', (error) => fail(error.message || error.name)); // it dials again by itself
  client.on('close', () => fail('it closed the connection'));

  function hear(payload: string): void {
    const message = parse(payload);
    const bytes = isDownlink(message) ? fromHex(message.frameHex) : undefined;
    if (!isDownlink(message) || bytes === undefined || played.has(message.txId) || isExpired(message.expiresAt)) return;
    const { txId, port, timeoutMs } = message;
    remember(txId);
    let offset = 0;
    const end = line.connect((bytes) => {
      for (const message of deliver({ txId, port, bytes, offset })) publish(message);
      offset += bytes.length;
    });
    exchanges.set(
      end,
      clock.after(timeoutMs, () => finish(end)),
    );
    end.hear(bytes);
  }

  function publish({ txId, port, bytes, offset }: UpMessage): void {
    if (client.connected) client.publish(topicOf(topics.up), JSON.stringify({ txId, port, frameHex: toHex(bytes), offset }), { qos: 1 });
  }

  function remember(txId: string): void {
    played.add(txId);
    for (const oldest of played) {
      if (played.size <= TRANSACTIONS_REMEMBERED) return;
      played.delete(oldest);
    }
  }

  function isExpired(expiresAt: string | undefined): boolean {
    const deadline = expiresAt === undefined ? undefined : parseInstant(expiresAt);
    return deadline !== undefined && deadline < clock.now();
  }

  function finish(end: LineEnd): void {
    exchanges.get(end)?.();
    exchanges.delete(end);
    end.close();
  }

  return {
    listening: `${broker}/${concentrator}`,
    subscribed,
    failed,
    async close() {
      for (const end of exchanges.keys()) finish(end);
      await client.endAsync(true);
    },
  };
}

const statusOf = (status: 'online' | 'offline') => Buffer.from(JSON.stringify({ status }));

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
