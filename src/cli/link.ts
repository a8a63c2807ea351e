import { OperatorError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Bus, createBus } from '../transports/bus/bus.ts';
import { createTcpTransport } from '../transports/tcp-transport.ts';
import type { Transport } from '../transports/transport.ts';

/** A line for one question: open, usable, and given back at the end. */
export interface Link {
  readonly bus: Bus;
  close(): Promise<void>;
}

/** Opens `tcp://HOST:PORT` (or `rtu+tcp://`, the same bytes) and waits until it stands; says in one sentence why it does not. */
export async function openLink(text: string, clock: Clock): Promise<Link> {
  const transport = transportOf(text, clock);
  const bus = createBus({ transport, clock });
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
  throw new OperatorError('line-down', `${text} cannot be reached: ${failure}; check the address and that the other side listens`, {
    link: text,
  });
}

const LINKS = ['tcp:', 'rtu+tcp:'];

function transportOf(text: string, clock: Clock): Transport {
  const url = URL.parse(text);
  if (url === null || !LINKS.includes(url.protocol) || url.hostname === '' || url.port === '') {
    throw new OperatorError('bad-request', `--link is ${text}; expected tcp://HOST:PORT, or rtu+tcp://HOST:PORT for Modbus RTU`, {
      link: text,
    });
  }
  return createTcpTransport({ host: url.hostname, portNumber: Number(url.port), clock });
}
