import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { CONFIG_YAML, type ConfigFolder, createConfigFolder } from '../../support/core-config-files.ts';

let folder: ConfigFolder;
beforeEach(() => {
  folder = createConfigFolder();
});
afterEach(() => folder.remove());

const lineTo = (id: string, transport: string) => `  - { id: ${id}, transport: { type: mqtt, ${transport} } }\n`;
const BEHIND_C1 = 'concentrator: C1';
const BEHIND_C2 = 'concentrator: C2';
const PASSWORDS = 'concentratorPasswords: { C1: c1-secret, C2: c2-secret }\n';

/** The good configuration with lines behind concentrators beside its own, and what stands at its top. */
const withLines = (top: string, ...transports: readonly string[]) => {
  const lines = transports.map((transport, index) => lineTo(`mqtt-${index + 1}`, transport)).join('');
  folder.write('feikong.yaml', `${top}\n${CONFIG_YAML.replace('meters:\n', `${lines}meters:\n`)}`);
};
const complaintAt = (top: string, ...transports: readonly string[]) => {
  withLines(top, ...transports);
  return folder.complaint();
};

describe('concentrators', () => {
  test('may use the topics of all their lines, and log in with the password of the secrets file', () => {
    folder.write('secrets.yaml', PASSWORDS);
    withLines(
      'secretsFile: secrets.yaml',
      BEHIND_C1,
      `${BEHIND_C1}, concentratorPort: 2`,
      `${BEHIND_C2}, upTopic: "hall/{concentrator}/rx"`,
    );
    expect(folder.load().mqtt.concentrators).toEqual([
      {
        id: 'C1',
        mayPublish: ['up', 'status', 'readings'].map((name) => `feikong/v1/concentrators/C1/${name}`),
        maySubscribe: ['feikong/v1/concentrators/C1/down'],
        readingsTopics: [],
        password: 'c1-secret',
      },
      {
        id: 'C2',
        mayPublish: ['hall/C2/rx', 'feikong/v1/concentrators/C2/status', 'feikong/v1/concentrators/C2/readings'],
        maySubscribe: ['feikong/v1/concentrators/C2/down'],
        readingsTopics: [],
        password: 'c2-secret',
      },
    ]);
  });

  test('need no password on loopback where none has one', () => {
    expect(complaintAt('', BEHIND_C1, BEHIND_C2)).toBe('');
  });

  test('all need one where one has it', () => {
    folder.write('secrets.yaml', 'concentratorPasswords: { C1: c1-secret }\n');
    expect(complaintAt('secretsFile: secrets.yaml', BEHIND_C1, BEHIND_C2)).toBe(
      'feikong.yaml: lines[2].transport.concentrator is "C2"; expected a password for it in concentratorPasswords of secretsFile: line mqtt-2 needs it, since others have one, so nobody gets in without',
    );
  });

  test('all need one, and TLS, where the embedded broker is open to the network', () => {
    const open = 'mqtt: { listen: "0.0.0.0:8883", tls: { certFile: cert.pem, keyFile: key.pem } }';
    expect(complaintAt(open, BEHIND_C1)).toBe(
      'feikong.yaml: lines[1].transport.concentrator is "C1"; expected a password for it in concentratorPasswords of secretsFile: line mqtt-1 needs it, since the embedded broker is open to the network at 0.0.0.0:8883',
    );
    folder.write('secrets.yaml', PASSWORDS);
    expect(complaintAt(`secretsFile: secrets.yaml\n${open}`, BEHIND_C1)).toBe('');
    expect(folder.load().mqtt).toMatchObject({ listen: { host: '0.0.0.0', port: 8883 }, tls: { certFile: folder.path('cert.pem') } });
    expect(complaintAt('secretsFile: secrets.yaml\nmqtt: { listen: "0.0.0.0:1883" }', BEHIND_C1)).toBe(
      'feikong.yaml: mqtt.listen is "0.0.0.0:1883"; expected a loopback address, or mqtt.tls beside it: passwords and relay frames must not cross a network in clear',
    );
  });

  test('have passwords that nobody guesses, and no complaint shows one', () => {
    folder.write('secrets.yaml', 'concentratorPasswords: { C1: short }\n');
    expect(complaintAt('secretsFile: secrets.yaml', BEHIND_C1)).toBe(
      'secrets.yaml:1: concentratorPasswords.C1 is "a secret"; expected a value that must NOT have fewer than 8 characters (8 to 128 characters)',
    );
  });

  test.each([
    ['a wildcard', `${BEHIND_C1}, upTopic: "hall/+/rx"`, 'upTopic is "hall/+/rx"; expected one topic'],
    ['a blank', `${BEHIND_C1}, downTopic: "hall tx"`, 'downTopic is "hall tx"; expected one topic'],
    ['the broker’s own', `${BEHIND_C1}, statusTopic: "$SYS/x"`, 'statusTopic is "$SYS/x"; expected one topic'],
    [
      'the same for two uses',
      `${BEHIND_C1}, downTopic: hall, upTopic: hall`,
      'upTopic is "hall"; expected a topic of its own: it is the downTopic of C1',
    ],
  ])('use no topic that is %s', (_name, transport, expected) => {
    expect(complaintAt('', transport)).toContain(`lines[1].transport.${expected}`);
  });

  test('share no topic', () => {
    expect(complaintAt('', `${BEHIND_C1}, upTopic: hall/rx`, `${BEHIND_C2}, upTopic: hall/rx`)).toBe(
      'feikong.yaml: lines[2].transport.upTopic is "hall/rx"; expected a topic of its own: it is the upTopic of C1',
    );
  });
});

test('a pushed meter hangs on a line that a concentrator pushes', () => {
  const pushed = (transport: string) => {
    withLines('', transport);
    const text = readFileSync(folder.path('feikong.yaml'), 'utf8').replace('line: line-1\n', 'line: mqtt-1\n    protocol: pushed\n');
    folder.write('feikong.yaml', text.replace('"000000000001"', '"17"'));
    return () => loadConfig(folder.path('feikong.yaml'), ['dlt645-2007', 'pushed']);
  };
  expect(pushed(BEHIND_C1)).toThrow(
    'meters[0].protocol is "pushed"; expected readingsTopic in line mqtt-1: nothing else brings the readings of a pushed meter',
  );
  expect(pushed(`${BEHIND_C1}, readingsTopic: hall/values`)().points[0]?.meter).toMatchObject({ protocol: 'pushed', address: '17' });
});

describe('the broker', () => {
  test('speaks MQTT 5 where it is one of yours', () => {
    expect(complaintAt('mqtt: { url: "mqtt://10.0.0.7:1883", version: 5 }', BEHIND_C1)).toBe('');
    expect(folder.load().mqtt).toMatchObject({ url: 'mqtt://10.0.0.7:1883', version: 5 });
  });

  test('speaks 3.1.1 where it is the embedded one', () => {
    expect(complaintAt('mqtt: { version: 5 }', BEHIND_C1)).toBe(
      'feikong.yaml: mqtt.version is 5; expected 3.1.1, or mqtt.url with a broker of yours: the embedded one speaks no other',
    );
    expect(complaintAt('mqtt: { version: "4" }', BEHIND_C1)).toBe('feikong.yaml:1: mqtt.version is "4"; expected one of "3.1.1", 5');
  });

  test('of others keeps what is pushed under a name of ours', () => {
    const url = 'mqtt: { url: "mqtt://10.0.0.7:1883"';
    const pushing = `${BEHIND_C1}, readingsTopic: "hall/{concentrator}/values"`;
    expect(complaintAt(`${url} }`, pushing)).toBe(
      'feikong.yaml: mqtt.clientId is missing; expected a name of ours at your broker: with it the broker keeps what concentrators push while we are away',
    );
    expect(complaintAt(`${url}, clientId: gateway-1 }`, pushing)).toBe('');
    expect(folder.load().mqtt).toMatchObject({ clientId: 'gateway-1', concentrators: [{ readingsTopics: ['hall/C1/values'] }] });
  });

  test('listens on an address', () => {
    expect(complaintAt('mqtt: { listen: "1883" }', BEHIND_C1)).toBe(
      'feikong.yaml: mqtt.listen is "1883"; expected HOST:PORT, as 127.0.0.1:1883',
    );
  });
});
