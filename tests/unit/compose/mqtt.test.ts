import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openLines } from '../../../src/compose/lines.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { CONFIG_YAML, type ConfigFolder, createConfigFolder } from '../../support/core-config-files.ts';
import { createNotebook } from '../../support/notebook.ts';

let folder: ConfigFolder;
beforeEach(() => {
  folder = createConfigFolder();
});
afterEach(() => folder.remove());

const MQTT_YAML = `secretsFile: secrets.yaml\n${CONFIG_YAML}`.replace(
  '{ type: tcp, host: 10.0.0.9, port: 4001 }',
  '{ type: mqtt, concentrator: C1 }',
);

async function openedWith(secrets: string) {
  folder.write('secrets.yaml', secrets);
  folder.write('feikong.yaml', MQTT_YAML);
  const notebook = createNotebook();
  const lines = await openLines({
    config: folder.load(),
    clock: systemClock,
    logger: notebook.logger,
    environment: {},
    takeEnvelope: async () => true,
    countDtuEvent: () => undefined,
    raiseAlarm: () => undefined,
  });
  onTestFinished(() => lines.close());
  return { notebook, url: lines.embeddedBroker?.url ?? '' };
}

describe('The embedded broker of a gateway', () => {
  test('lets in the concentrators of the configuration with their passwords, and the gateway itself', async () => {
    const { notebook, url } = await openedWith('concentratorPasswords: { C1: c1-secret }\n');
    await notebook.wrote('the line is up');
    await expect(connectAsync(url, { reconnectPeriod: 0, username: 'C1', password: 'wrong' })).rejects.toThrow(
      /Bad username|Not authorized/i,
    );
    expect(await notebook.wrote('a login at the embedded broker was refused: unknown user or wrong password')).toEqual({
      count: 1,
      account: 'C1',
    });
    const concentrator = await connectAsync(url, { reconnectPeriod: 0, username: 'C1', password: 'c1-secret' });
    onTestFinished(() => concentrator.endAsync(true));
    await concentrator.subscribeAsync('feikong/v1/concentrators/C1/down', { qos: 1 });
    await expect(concentrator.subscribeAsync('feikong/v1/concentrators/C2/down', { qos: 1 })).rejects.toThrow();
    expect(JSON.stringify(notebook.all())).not.toContain('c1-secret');
  });

  test('lets everybody on this machine in where no concentrator has a password', async () => {
    const { url } = await openedWith('meterPasswords: {}\n');
    const concentrator = await connectAsync(url, { reconnectPeriod: 0 });
    await concentrator.endAsync(true);
  });
});
