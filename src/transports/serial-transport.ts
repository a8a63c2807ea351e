import { SerialPort } from 'serialport';
import type { Clock } from '../kernel/clock.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { createListeners } from './listeners.ts';
import { DEFAULT_PORT_SETTINGS, type PortSettings, samePortSettings } from './port-settings.ts';
import { createRedialer } from './redialer.ts';
import type { Transport, WriteError, WriteOptions } from './transport.ts';

export interface SerialTransportOptions {
  /** As `/dev/serial/by-id/…`: names by number change when adapters are plugged again. */
  readonly path: string;
  readonly clock: Clock;
  readonly port?: PortSettings;
  readonly transitMs?: number;
}

/** What the adapter's own buffers and the system's serial layer may add. */
const DEFAULT_TRANSIT_MS = 20;

/** What is asked of the operating system. A pseudo-terminal drops the parity, so this is where it can be checked. */
export function serialOptions(path: string, { baudRate, dataBits, parity, stopBits }: PortSettings) {
  return { path, baudRate, dataBits, parity, stopBits, autoOpen: false, lock: true } as const;
}

/** A serial port, opened for us alone. Settings of single exchanges are applied before their bytes and stay until others are asked for. */
export function createSerialTransport(options: SerialTransportOptions): Transport {
  const { path, clock, port: linePort = DEFAULT_PORT_SETTINGS, transitMs = DEFAULT_TRANSIT_MS } = options;
  const listeners = createListeners();
  let current: SerialPort | undefined;
  let tuned = linePort;

  /** Opens with the given settings; `onEnd` hears of the end unless `close` was ours. */
  async function openPort(settings: PortSettings, onEnd: (reason: string) => void): Promise<Result<SerialPort, string>> {
    const opened = new SerialPort(serialOptions(path, settings));
    opened.on('data', (chunk: Buffer) => {
      if (current === opened) listeners.data(chunk);
    });
    opened.on('error', (error: Error) => {
      if (current === opened) onEnd(error.message);
    });
    opened.on('close', (error: Error | null) => {
      if (current === opened) onEnd(error?.message ?? 'the port was closed');
    });
    const failure = await new Promise<Error | null>((resolve) => opened.open(resolve));
    return failure === null ? ok(opened) : err(failure.message);
  }

  const redialer = createRedialer({
    clock,
    listener: listeners,
    dial(events) {
      let wanted = true;
      const opening = openPort(linePort, events.down).then(async (opened) => {
        if (!opened.ok) return events.down(opened.error);
        if (!wanted) return closePort(opened.value);
        current = opened.value;
        tuned = linePort;
        events.up();
      });
      return async () => {
        wanted = false;
        const ending = current;
        current = undefined;
        await opening;
        if (ending !== undefined) await closePort(ending);
      };
    },
  });

  /** The speed alone changes on the open port; anything else needs it opened anew. */
  async function tune(wanted: PortSettings): Promise<Result<SerialPort, string>> {
    const open = current;
    if (open === undefined) return err('the port is not open');
    if (samePortSettings(tuned, wanted)) return ok(open);
    const failure = samePortSettings({ ...tuned, baudRate: wanted.baudRate }, wanted)
      ? await changeSpeed(open, wanted)
      : await reopen(open, wanted);
    if (failure !== undefined) return err(failure);
    tuned = wanted;
    return current === undefined ? err('the port is not open') : ok(current);
  }

  async function changeSpeed(open: SerialPort, { baudRate }: PortSettings): Promise<string | undefined> {
    const failure = await new Promise<Error | null>((resolve) => open.update({ baudRate }, resolve));
    return failure?.message;
  }

  async function reopen(open: SerialPort, wanted: PortSettings): Promise<string | undefined> {
    current = undefined;
    await closePort(open);
    if (redialer.state().state !== 'up') return 'the port is not open';
    const opened = await openPort(wanted, (reason) => redialer.drop(reason));
    if (opened.ok && redialer.state().state === 'up') {
      current = opened.value;
      return undefined;
    }
    if (opened.ok) await closePort(opened.value);
    const reason = opened.ok ? 'closed meanwhile' : opened.error;
    redialer.drop(reason);
    return reason;
  }

  return {
    name: `serial:${path}`,
    concurrent: 1,
    port: linePort,
    transitMs,
    open: () => redialer.open(),
    close: () => redialer.close(),
    state: () => redialer.state(),
    listen: (listener) => listeners.add(listener),
    async write(bytes: Uint8Array, { port = linePort }: WriteOptions): Promise<Result<void, WriteError>> {
      const ready = await tune(port);
      if (!ready.ok) return err({ code: 'line-down', sent: false, reason: ready.error });
      const failure = await new Promise<Error | null | undefined>((resolve) => ready.value.write(Buffer.from(bytes), resolve));
      return failure ? err({ code: 'line-down', sent: true, reason: failure.message }) : ok(undefined);
    },
  };
}

async function closePort(port: SerialPort): Promise<void> {
  if (!port.isOpen) return;
  await new Promise<void>((resolve) => port.close(() => resolve()));
}
