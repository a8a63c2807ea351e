import { DEFAULT_TOPICS } from '../../protocols/concentrator/index.ts';
import type { Config, LineConfig } from '../config/load.ts';
import { createLineBinding, type LineBinding } from '../drivers/line-binding.ts';
import { AppError } from '../kernel/app-error.ts';
import { toHex } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import type { LineId } from '../kernel/ids.ts';
import { asId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { type Bus, createBus } from '../transports/bus/bus.ts';
import type { FrameTrace } from '../transports/bus/counters.ts';
import type { EmbeddedBroker } from '../transports/embedded-broker.ts';
import type { MqttLink } from '../transports/mqtt-link.ts';
import { createMqttTransport } from '../transports/mqtt-transport.ts';
import { createSerialTransport } from '../transports/serial-transport.ts';
import type { TcpServer } from '../transports/tcp-server.ts';
import { createTcpServerTransport, type DialInTransport } from '../transports/tcp-server-transport.ts';
import { createTcpTransport } from '../transports/tcp-transport.ts';
import type { Transport } from '../transports/transport.ts';
import { createDtuListeners, type DtuListenersDeps } from './dtu-listeners.ts';
import type { RaiseLineAlarm } from './line-alarms.ts';
import { type Environment, openMqtt, type TakeEnvelope } from './mqtt.ts';

/** A configured line, its transport open and its bus running. */
export interface Line {
  readonly id: LineId;
  readonly name: string;
  readonly simulated: boolean;
  readonly transport: Transport;
  readonly bus: Bus;
  /** Of a line that dials in: whether its meters have proven who they are. */
  readonly binding: LineBinding | undefined;
}

export interface Lines {
  readonly byId: ReadonlyMap<string, Line>;
  /** The broker inside this process, where a line needs one and none is configured. */
  readonly embeddedBroker: EmbeddedBroker | undefined;
  close(): Promise<void>;
}

/** What a loopback hop adds to a reply; a simulated line needs no more. */
const SIMULATED_TRANSIT_MS = 100;

export interface LinesDeps extends DtuListenersDeps {
  readonly config: Pick<Config, 'lines' | 'listeners' | 'mqtt'>;
  readonly environment: Environment;
  readonly takeEnvelope: TakeEnvelope;
  readonly raiseAlarm: RaiseLineAlarm;
}

/** Opens every line. A line that cannot be reached keeps trying and says so; it stops nobody else. */
export async function openLines({
  config,
  clock,
  logger,
  environment,
  takeEnvelope,
  countDtuEvent,
  raiseAlarm,
}: LinesDeps): Promise<Lines> {
  const listeners = createDtuListeners(config.listeners, {
    clock,
    logger,
    countDtuEvent,
    onDtuEvent(listener, { kind, identity, count }) {
      const line = config.lines.find(({ transport }) => transport.listener === listener && transport.identity === identity);
      if (line !== undefined && (kind === 'second-refused' || kind === 'replaced'))
        raiseAlarm({ lineId: asId(line.id), kind, detail: `listener ${listener}, identity ${identity}, ${count} times on this port` });
    },
  });
  const mqtt = await openMqtt({ config, clock, logger, environment, takeEnvelope });
  const byId = new Map<string, Line>();
  for (const line of config.lines)
    byId.set(line.id, openLine(line, { clock, logger: logger.child({ line: line.id }), link: mqtt?.link, listeners, raiseAlarm }));
  const close = async () => {
    for (const { bus } of byId.values()) bus.close();
    await Promise.all([...byId.values()].map(({ transport }) => transport.close()));
    await Promise.all([...listeners.values()].map((listener) => listener.close()));
    await mqtt?.close();
  };
  try {
    // After the lines: a DTU that is quicker than its line would be a stranger.
    for (const [listener, server] of listeners) logger.info({ listener, port: await server.listen() }, 'DTUs may dial in');
  } catch (error) {
    await close();
    throw error;
  }
  return { byId, embeddedBroker: mqtt?.embeddedBroker, close };
}

interface LineParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly link: MqttLink | undefined;
  readonly listeners: ReadonlyMap<string, TcpServer>;
  readonly raiseAlarm: RaiseLineAlarm;
}

function openLine(line: LineConfig, parts: LineParts): Line {
  const { clock, logger } = parts;
  const dialIn = line.transport.type === 'tcp-server' ? dialInOf(line, parts) : undefined;
  const transport = dialIn ?? transportOf(line, parts);
  transport.listen({
    data: () => undefined,
    up: () => logger.info({ transport: transport.name }, 'the line is up'),
    down: (reason) => logger.warn({ transport: transport.name, reason }, 'the line is down; it is tried again'),
  });
  const bus = createBus({ transport, clock, onFrame: (trace) => logger.trace(spelled(trace)) });
  const binding = dialIn === undefined ? undefined : bindingOf(line, dialIn, parts);
  transport.open();
  return { id: asId(line.id), name: line.name ?? line.id, simulated: line.simulated, transport, bus, binding };
}

const bindingOf = ({ id }: LineConfig, transport: DialInTransport, { raiseAlarm }: LineParts): LineBinding =>
  createLineBinding({
    transport,
    refuse: transport.refuse,
    onAlarm: ({ kind, meter, detail }) => raiseAlarm({ lineId: asId(id), kind, detail: `meter ${meter}: ${detail}` }),
  });

const commonOf = ({ port, simulated }: LineConfig, { clock }: LineParts) => ({
  clock,
  port,
  ...(simulated ? { transitMs: SIMULATED_TRANSIT_MS } : {}),
});

function dialInOf(line: LineConfig, parts: LineParts): DialInTransport {
  const { listener = '', identity = '' } = line.transport;
  return createTcpServerTransport({ ...commonOf(line, parts), server: requireListener(parts.listeners.get(listener)), identity });
}

/** `> 68 01 …`, ready to paste into a fixture; spelled only where somebody writes it down. */
const spelled = ({ direction, bytes }: FrameTrace) => ({
  get frame() {
    return `${direction} ${spaced(bytes)}`;
  },
});
const spaced = (bytes: Uint8Array): string => toHex(bytes).replaceAll(/(..)(?=.)/g, '$1 ');

function transportOf(line: LineConfig, parts: LineParts): Transport {
  const { transport } = line;
  const { link } = parts;
  const common = commonOf(line, parts);
  switch (transport.type) {
    case 'serial':
      return createSerialTransport({ ...common, path: transport.path ?? '' });
    case 'tcp':
      return createTcpTransport({
        ...common,
        host: transport.host ?? '',
        portNumber: transport.port ?? 0,
        concurrent: transport.concurrent ?? 1,
      });
    case 'tcp-server':
      return dialInOf(line, parts);
    case 'mqtt':
      return createMqttTransport({
        ...common,
        link: requireLink(link),
        concentrator: transport.concentrator ?? '',
        portNumber: transport.concentratorPort ?? 1,
        topics: {
          down: transport.downTopic ?? DEFAULT_TOPICS.down,
          up: transport.upTopic ?? DEFAULT_TOPICS.up,
          ...(transport.statusTopic === undefined ? {} : { status: transport.statusTopic }),
        },
      });
  }
}

function requireLink(link: MqttLink | undefined): MqttLink {
  if (link === undefined) throw new AppError('invariant-violated', 'an MQTT line was opened without a broker');
  return link;
}

function requireListener(server: TcpServer | undefined): TcpServer {
  if (server === undefined) throw new AppError('invariant-violated', 'a line was opened without the listener at which its DTU dials in');
  return server;
}
