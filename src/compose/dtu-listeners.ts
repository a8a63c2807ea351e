import type { Config } from '../config/load.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { createTcpServer, type TcpServer, type TcpServerEvent, type TcpServerEventKind } from '../transports/tcp-server.ts';
import { readTls } from './tls-files.ts';

interface Saying {
  readonly level: 'info' | 'warn';
  readonly sentence: string;
  /** Strangers on an open port come in thousands: then only each doubling of the count is said. */
  readonly isSparing: boolean;
}

// biome-ignore format: a table, one event a line
const SAYINGS: Readonly<Record<TcpServerEventKind, Saying>> = {
  registered: { level: 'info', isSparing: false, sentence: 'a DTU has registered' },
  replaced: { level: 'warn', isSparing: false, sentence: 'a silent DTU gave way to a second connection with its identity' },
  'second-refused': { level: 'warn', isSparing: false, sentence: 'a second connection claimed the identity of a DTU that answers, and was refused' },
  'binding-refused': { level: 'warn', isSparing: true, sentence: 'a connection was ended: other meters answered behind it than those of its line' },
  'unknown-identity': { level: 'warn', isSparing: true, sentence: 'a connection with an identity of no line was refused' },
  'no-registration': { level: 'warn', isSparing: true, sentence: 'a connection that did not register was refused' },
  'too-many': { level: 'warn', isSparing: true, sentence: 'a connection was refused: there are more than the lines can need' },
  'accept-failed': { level: 'warn', isSparing: true, sentence: 'the system could not accept a connection' },
};

export interface DtuListenersDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly countDtuEvent: (listener: string, event: TcpServerEventKind) => void;
}

interface ListenerDeps extends DtuListenersDeps {
  /** Told of everything that happens to the connections of a listener. */
  readonly onDtuEvent: (listener: string, event: TcpServerEvent) => void;
}

/** The ports at which DTUs dial in, by id; they accept nobody before `listen`. */
export function createDtuListeners(listeners: Config['listeners'], deps: ListenerDeps): ReadonlyMap<string, TcpServer> {
  return new Map(listeners.map((listener) => [listener.id, createDtuListener(listener, deps)]));
}

function createDtuListener(listener: Config['listeners'][number], { clock, logger, countDtuEvent, onDtuEvent }: ListenerDeps): TcpServer {
  const { id, listen, registration, heartbeat, probeMs } = listener;
  const log = logger.child({ listener: id });
  const tls = readTls(listener.tls, `listener ${id}`);
  return createTcpServer({
    host: listen.host,
    portNumber: listen.port,
    clock,
    registration,
    onEvent(event) {
      countDtuEvent(id, event.kind);
      say(log, event);
      onDtuEvent(id, event);
    },
    ...(tls === undefined ? {} : { tls }),
    ...(heartbeat === undefined ? {} : { heartbeat }),
    ...(probeMs === undefined ? {} : { probeMs }),
  });
}

function say(logger: Logger, { kind, ...facts }: TcpServerEvent): void {
  const { level, sentence, isSparing } = SAYINGS[kind];
  if (!isSparing || (facts.count & (facts.count - 1)) === 0) logger[level](facts, sentence);
}
