import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openLines } from '../../../src/compose/lines.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { CONFIG_YAML, type ConfigFolder, createConfigFolder } from '../../support/core-config-files.ts';
import { createNotebook } from '../../support/notebook.ts';
import { meterNumber, readExchange, readReply } from '../transports/dlt645-line.ts';

let folder: ConfigFolder;
beforeEach(() => {
  folder = createConfigFolder();
});
afterEach(() => folder.remove());

const withListener = (listener: string) => {
  folder.write(
    'feikong.yaml',
    CONFIG_YAML.replace(
      'lines:\n',
      `listeners:\n  - { id: gprs, registration: { packet: "REG:{identity};" }, ${listener} }\nlines:\n`,
    ).replace('{ type: tcp, host: 10.0.0.9, port: 4001 }', '{ type: tcp-server, listener: gprs, identity: "1380" }'),
  );
  return folder.load();
};

async function openedAt(listener: string) {
  const notebook = createNotebook();
  const counted: string[] = [];
  const alarms: string[] = [];
  const lines = await openLines({
    config: withListener(listener),
    clock: systemClock,
    logger: notebook.logger,
    environment: {},
    takeEnvelope: async () => true,
    raiseAlarm: ({ kind }) => alarms.push(kind),
    countDtuEvent: (at, event) => counted.push(`${at} ${event}`),
  });
  onTestFinished(() => lines.close());
  const { port } = (await notebook.wrote('DTUs may dial in')) as { readonly port: number };
  return { notebook, counted, alarms, lines, port };
}

const dial = async (port: number, greeting: string) => {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => socket.destroy());
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  socket.write(greeting);
  return socket;
};

describe('A configured listener', () => {
  test('brings a DTU that dials in to its line, and its meters’ replies to who asked', async () => {
    const { notebook, lines, port } = await openedAt('listen: "127.0.0.1:0"');
    const dtu = await dial(port, 'REG:1380;');
    dtu.on('data', () => dtu.write(readReply(meterNumber(1))));
    await notebook.wrote('the line is up');
    const answer = await lines.byId.get('line-1')?.bus.request(readExchange(meterNumber(1)), { priority: 'on-demand' });
    expect(answer).toMatchObject({ ok: true, value: { bytes: readReply(meterNumber(1)).slice(4) } });
  });

  test('counts every stranger and tells of them sparingly', async () => {
    const { notebook, counted, port } = await openedAt('listen: "127.0.0.1:0"');
    for (let left = 3; left > 0; left--) {
      const stranger = await dial(port, 'REG:9999;');
      await once(stranger.resume(), 'close');
    }
    const sentence = 'a connection with an identity of no line was refused';
    expect(await notebook.wrote(sentence)).toEqual({ count: 1, identity: '9999', peer: '127.0.0.1' });
    expect(notebook.times(sentence)).toBe(2);
    expect(counted).toEqual(['gprs unknown-identity', 'gprs unknown-identity', 'gprs unknown-identity']);
  });

  test('whose port is taken stops the start with a sentence', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => other.close(() => resolve())));
    const { port } = other.address() as AddressInfo;
    await expect(openedAt(`listen: "127.0.0.1:${port}"`)).rejects.toMatchObject({ code: 'port-in-use' });
  });

  test('whose TLS files cannot be read, or are none, stops the start with a sentence', async () => {
    const tls = 'listen: "127.0.0.1:0", tls: { certFile: cert.pem, keyFile: key.pem }';
    await expect(openedAt(tls)).rejects.toThrow(
      `listener gprs: ${folder.path('cert.pem')} and ${folder.path('key.pem')} cannot both be read; name two PEM files that this user may read`,
    );
    folder.write('cert.pem', 'no certificate');
    folder.write('key.pem', 'no key');
    await expect(openedAt(tls)).rejects.toThrow(
      'listener gprs: its tls files are no certificate and key that fit; name a PEM certificate and its own key',
    );
  });
});
