import { mqttLinkOf } from '../compose/mqtt.ts';
import { OperatorError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Bus, createBus } from '../transports/bus/bus.ts';
import type { BusSettings } from '../transports/bus/settings.ts';
import { createMqttTransport } from '../transports/mqtt-transport.ts';
import { createSerialTransport } from '../transports/serial-transport.ts';
import { createTcpTransport } from '../transports/tcp-transport.ts';
import type { Transport } from '../transports/transport.ts';
import { parseLinkTarget } from './link-target.ts';

/** A line for one question: open, usable, and given back at the end. */
export interface Link {
  readonly bus: Bus;
  close(): Promise<void>;
}

/** Opens a serial port, a socket or one port of a concentrator (`link-target.ts`), and waits until it stands; says in one sentence why it does not. */
export async function openLink(text: string, clock: Clock, settings: Partial<BusSettings> = {}): Promise<Link> {
  const transport = transportOf(text, clock);
  const bus = createBus({ transport, clock, settings });
  const failure = await new Promise<string | undefined>((resolve) => {
    transport.listen({ data: () => undefined, up: () => resolve(undefined), down: resolve });
    transport.open();
  });
  const close = async () => {
    bus.close();
    await transport.close();
  };
  if (failure === undefined) return { bus, close };
  await close();
  throw new OperatorError('line-down', `${text} cannot be reached: ${failure}; check the address and that the other side is there`, {
    link: text,
  });
}

function transportOf(text: string, clock: Clock): Transport {
  const target = parseLinkTarget(text);
  switch (target.kind) {
    case 'serial':
      return createSerialTransport({ path: target.path, port: target.port, clock });
    case 'tcp':
      return createTcpTransport({ host: target.host, portNumber: target.portNumber, clock });
    case 'mqtt': {
      const { broker, concentrator, portNumber, topics } = target;
      return createMqttTransport({
        link: mqttLinkOf({ url: broker, clock, environment: process.env }),
        clock,
        concentrator,
        portNumber,
        topics,
      });
    }
  }
}
