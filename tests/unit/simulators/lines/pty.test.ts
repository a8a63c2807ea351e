import { once } from 'node:events';
import { SerialPort } from 'serialport';
import { describe, expect, test } from 'vitest';
import type { Pty } from '../../../../simulators/lines/pty.ts';
import { ptyFor, socatPty } from '../../../support/pty.ts';
import { requirePart } from '../../../support/require-part.ts';

/** Every byte value, so that what a terminal likes to interpret (03, 0A, 0D, 11, 13, FF) is among them. */
const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, value) => value);

async function openPort(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 2400, dataBits: 8, parity: 'even', stopBits: 1 });
  await once(port, 'open');
  return port;
}

async function closePort(port: SerialPort): Promise<void> {
  port.close();
  await once(port, 'close');
}

/** Sends every byte both ways: the pty's side answers what it has heard. */
async function echoThrough(pty: Pty): Promise<Uint8Array> {
  const port = await openPort(pty.path);
  const heard: Buffer[] = [];
  port.write(EVERY_BYTE);
  while (Buffer.concat(heard).length < EVERY_BYTE.length) heard.push(...((await once(port, 'data')) as [Buffer]));
  await closePort(port);
  return Uint8Array.from(Buffer.concat(heard));
}

describe('pty', () => {
  test('carries every byte value to a serial port at 8E1 and back unchanged', async (context) => {
    const pty = await ptyFor(context);
    pty.onBytes((bytes) => pty.write(bytes));
    expect(await echoThrough(pty)).toEqual(EVERY_BYTE);
  });

  test('survives the port being closed and opened again', async (context) => {
    const pty = await ptyFor(context);
    pty.onBytes((bytes) => pty.write(bytes));
    await echoThrough(pty);
    expect(await echoThrough(pty)).toEqual(EVERY_BYTE);
  });

  test('may be closed twice', async (context) => {
    const pty = await ptyFor(context);
    pty.close();
    expect(() => pty.close()).not.toThrow();
  });

  test('has a stand-in by socat', async (context) => {
    const pty = await socatPty(requirePart('socat', context));
    context.onTestFinished(() => pty.close());
    pty.onBytes((bytes) => pty.write(bytes));
    expect(await echoThrough(pty)).toEqual(EVERY_BYTE);
  });
});
