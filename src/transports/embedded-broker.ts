import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Aedes } from 'aedes';
import { OperatorError } from '../kernel/app-error.ts';

/** One who may log in; without topic lists it may use every topic, as the gateway itself does. */
export interface BrokerAccount {
  readonly username: string;
  readonly password: string;
  readonly mayPublish?: readonly string[];
  readonly maySubscribe?: readonly string[];
}

export interface EmbeddedBrokerOptions {
  readonly host?: string;
  /** 0 takes a free one. */
  readonly portNumber?: number;
  /** Needed on any address but loopback. */
  readonly accounts?: readonly BrokerAccount[];
}

export interface EmbeddedBroker {
  /** As `mqtt://127.0.0.1:40123`. */
  readonly url: string;
  close(): Promise<void>;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
/** MQTT 3.1.1, return code of a refused login. */
const BAD_USERNAME_OR_PASSWORD = 4;

/**
 * A broker inside this process, for sites that have none (MQTT 3.1.1).
 *
 * @errors config-invalid: open to the network without accounts; port-in-use
 */
export async function createEmbeddedBroker({
  host = '127.0.0.1',
  portNumber = 0,
  accounts = [],
}: EmbeddedBrokerOptions = {}): Promise<EmbeddedBroker> {
  if (!LOOPBACK.has(host) && accounts.length === 0) {
    throw new OperatorError('config-invalid', `An embedded broker on ${host} needs accounts; without them it listens on 127.0.0.1 only`, {
      host,
    });
  }
  const broker = await Aedes.createBroker();
  if (accounts.length > 0) guard(broker, accounts);
  const server = createServer({ noDelay: true }, broker.handle);
  server.listen(portNumber, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    await closeBroker(broker);
    throw new OperatorError(
      'port-in-use',
      `The embedded broker cannot listen on ${host}:${portNumber}: choose another port`,
      { host, portNumber },
      cause,
    );
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `mqtt://${host.includes(':') ? `[${host}]` : host}:${port}`,
    async close() {
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      await closeBroker(broker);
      await ended;
    },
  };
}

const closeBroker = (broker: Aedes) => new Promise<void>((resolve) => broker.close(() => resolve()));

function guard(broker: Aedes, accounts: readonly BrokerAccount[]): void {
  const accountOf = new WeakMap<object, BrokerAccount>();
  broker.authenticate = (client, username, password, done) => {
    const account = accounts.find((candidate) => candidate.username === username);
    if (account !== undefined && sameSecret(account.password, password?.toString() ?? '')) {
      accountOf.set(client, account);
      return done(null, true);
    }
    done(Object.assign(new Error('unknown user or wrong password'), { returnCode: BAD_USERNAME_OR_PASSWORD }), null);
  };
  broker.authorizePublish = (client, { topic }, done) => {
    const account = client === null ? undefined : accountOf.get(client);
    done(may(account?.mayPublish, topic) ? null : new Error(`not allowed to publish ${topic}`));
  };
  broker.authorizeSubscribe = (client, subscription, done) => {
    done(null, may(accountOf.get(client)?.maySubscribe, subscription.topic) ? subscription : null);
  };
}

const may = (topics: readonly string[] | undefined, topic: string) => topics === undefined || topics.includes(topic);

/** Compares digests, so that the time it takes says nothing about the secret. */
function sameSecret(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
