import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Aedes, type AuthenticateError } from 'aedes';
import { OperatorError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { createEmbeddedLink, type EmbeddedLink } from './embedded-link.ts';
import type { TakeMessage } from './mqtt-inbox.ts';
import type { MqttLink } from './mqtt-link.ts';

/** One who may log in, and the only topics that it may use. */
export interface BrokerAccount {
  readonly username: string;
  readonly password: string;
  readonly mayPublish: readonly string[];
  readonly maySubscribe: readonly string[];
}

/** What went wrong at the door. */
export interface BrokerEvent {
  readonly kind: 'login-refused' | 'publish-refused' | 'subscribe-refused' | 'accept-failed';
  /** How often this has happened since the start. */
  readonly count: number;
  /** Whose account it was; undefined where it was nobody's. */
  readonly account?: string;
}

export interface EmbeddedBrokerOptions {
  readonly clock: Clock;
  readonly host?: string;
  /** 0 takes a free one. */
  readonly portNumber?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Needed on any address but loopback; without them everybody may use every topic. */
  readonly accounts?: readonly BrokerAccount[];
  readonly onEvent?: (event: BrokerEvent) => void;
  /** Messages on these topics are for the gateway: the broker acknowledges them when it has taken them. */
  readonly inbox?: { readonly topics: readonly string[]; readonly take: TakeMessage };
}

export interface EmbeddedBroker {
  /** As `mqtt://127.0.0.1:40123`. */
  readonly url: string;
  /** How the gateway itself gets in. */
  readonly link: MqttLink;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const LOOPBACK_NAMES = /^(127(\.\d{1,3}){3}|::1|localhost)$/;
/** More than any substation has concentrators. */
const MOST_CONNECTIONS = 4_096;
/** MQTT 3.1.1, return code of a refused login. */
const BAD_USERNAME_OR_PASSWORD = 4;

type MayPublish = (client: object | null, topic: string) => boolean;
type Count = (kind: BrokerEvent['kind'], account?: BrokerAccount) => void;

/**
 * A broker inside this process, for sites that have none (MQTT 3.1.1).
 *
 * @errors config-invalid: open to the network without accounts or TLS; port-in-use
 */
export async function createEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const { clock, host = LOOPBACK, portNumber = 0, tls, accounts = [] } = options;
  const isOpen = !LOOPBACK_NAMES.test(host);
  if (isOpen && (accounts.length === 0 || tls === undefined))
    throw new OperatorError(
      'config-invalid',
      `An embedded broker on ${host} needs accounts and TLS; without them it listens on ${LOOPBACK} only`,
      { host },
    );
  const count = createCount(options);
  const broker = await Aedes.createBroker();
  const mayPublish = accounts.length === 0 ? () => true : guard(broker, accounts, count);
  const { take, topics } = { take: options.inbox?.take, topics: new Set(options.inbox?.topics) };
  broker.authorizePublish = (client, { topic, payload }, done) => {
    if (!mayPublish(client, topic)) done(new Error(`not allowed to publish ${topic}`));
    else if (take === undefined || !topics.has(topic)) done(null);
    else void take(topic, payload.toString()).then((isTaken) => done(isTaken ? null : new Error(`${topic} could not be stored`)));
  };
  const server =
    tls === undefined ? createServer({ noDelay: true }, broker.handle) : createTlsServer({ ...tls, noDelay: true }, broker.handle);
  const end = async () => {
    const ended = new Promise<void>((resolve) => server.close(() => resolve()));
    await new Promise<void>((resolve) => broker.close(() => resolve()));
    await ended;
  };
  try {
    await listen(server, host, portNumber);
  } catch (cause) {
    await end();
    throw new OperatorError(
      'port-in-use',
      `The embedded broker cannot listen on ${host}:${portNumber}: choose another port`,
      { host, portNumber },
      cause,
    );
  }
  // Too many open files is no reason to end.
  server.on('error', () => count('accept-failed'));
  const url = urlOf(tls === undefined ? 'mqtt' : 'mqtts', host, server);
  const link = linkInto(broker, url, clock);
  const close = async () => {
    link.end();
    await end();
  };
  return { url, link, close };
}

/** MQTT 3.1.1 lets no message expire: a frame carries its own deadline. */
function linkInto(broker: Aedes, url: string, clock: Clock): EmbeddedLink {
  const link = createEmbeddedLink({
    url,
    clock,
    publish: (topic, payload, done) =>
      broker.publish({ cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: false, dup: false }, done),
  });
  broker.on('publish', (packet) => link.hear(packet));
  return link;
}

async function listen(server: Server, host: string, portNumber: number): Promise<void> {
  server.maxConnections = MOST_CONNECTIONS;
  server.listen(portNumber, host);
  await once(server, 'listening');
}

const urlOf = (scheme: string, host: string, server: Server) =>
  `${scheme}://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;

function createCount({ onEvent }: EmbeddedBrokerOptions): Count {
  const counts = new Map<BrokerEvent['kind'], number>();
  return (kind, account) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    onEvent?.({ kind, count, ...(account === undefined ? {} : { account: account.username }) });
  };
}

/** Everybody who gets in is one of the accounts, held to its topics. */
function guard(broker: Aedes, accounts: readonly BrokerAccount[], count: Count): MayPublish {
  const accountOf = new WeakMap<object, BrokerAccount>();
  broker.authenticate = (client, username, password, done) => {
    const secret = password?.toString() ?? '';
    const account = accounts.find((candidate) => candidate.username === username);
    if (account === undefined || !sameSecret(account.password, secret)) {
      count('login-refused', account);
      return done(refusal(), null);
    }
    accountOf.set(client, account);
    // A session belongs to its account: nobody takes over, or ends, that of another by using its client id.
    client.id = `${username}/${client.id}`;
    done(null, true);
  };
  broker.authorizeSubscribe = (client, subscription, done) => {
    const account = accountOf.get(client);
    const isAllowed = account === undefined || account.maySubscribe.includes(subscription.topic);
    if (!isAllowed) count('subscribe-refused', account);
    done(null, isAllowed ? subscription : null);
  };
  return (client, topic) => {
    const account = client === null ? undefined : accountOf.get(client);
    const isAllowed = account === undefined || account.mayPublish.includes(topic);
    if (!isAllowed) count('publish-refused', account);
    return isAllowed;
  };
}

const refusal = (): AuthenticateError =>
  Object.assign(new Error('unknown user or wrong password'), { returnCode: BAD_USERNAME_OR_PASSWORD });

/** Compares digests, so that the time it takes says nothing about the secret. */
function sameSecret(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
