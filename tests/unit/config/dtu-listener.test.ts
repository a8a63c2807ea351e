import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CONFIG_YAML, type ConfigFolder, createConfigFolder, RULES_YAML } from '../../support/core-config-files.ts';

let folder: ConfigFolder;
beforeEach(() => {
  folder = createConfigFolder();
});
afterEach(() => folder.remove());

const DIAL_IN_YAML = CONFIG_YAML.replace(
  'lines:\n',
  `listeners:
  - id: gprs
    listen: "127.0.0.1:4001"
    registration: { packet: "REG:{identity};" }
    heartbeat: { packet: PING, everyMs: 30000 }
lines:
`,
).replace('{ type: tcp, host: 10.0.0.9, port: 4001 }', '{ type: tcp-server, listener: gprs, identity: "13800000001" }');

/** The good configuration with one text changed. */
const changed = (from: string, to: string) => {
  expect(DIAL_IN_YAML).toContain(from);
  folder.write('feikong.yaml', DIAL_IN_YAML.replace(from, to));
  return folder.complaint();
};

describe('a listener for DTUs', () => {
  test('is read with what it does not say filled in', () => {
    folder.write('feikong.yaml', DIAL_IN_YAML);
    expect(folder.load().listeners).toEqual([
      {
        id: 'gprs',
        listen: { host: '127.0.0.1', port: 4001 },
        registration: { as: 'ascii', packet: 'REG:{identity};' },
        heartbeat: { as: 'ascii', packet: 'PING', everyMs: 30_000 },
      },
    ]);
  });

  test('that others can reach has TLS, from the folder of the file', () => {
    const tls = 'listen: "0.0.0.0:4001"\n    tls: { certFile: cert.pem, keyFile: /etc/key.pem }';
    expect(changed('listen: "127.0.0.1:4001"', tls)).toBe('');
    expect(folder.load().listeners[0]?.tls).toEqual({ certFile: folder.path('cert.pem'), keyFile: '/etc/key.pem' });
  });

  test('on loopback may serve a line that is called simulated, and no other may', () => {
    folder.write('rules.yaml', `${RULES_YAML}simulatedOnly: true\n`);
    expect(changed('identity: "13800000001" }', 'identity: "13800000001" }\n    simulated: true')).toBe('');
    const open = DIAL_IN_YAML.replace('"127.0.0.1:4001"', '"10.0.0.1:4001"\n    tls: { certFile: c, keyFile: k }');
    folder.write('feikong.yaml', open.replace('identity: "13800000001" }', 'identity: "13800000001" }\n    simulated: true'));
    expect(folder.complaint()).toMatch(/^feikong\.yaml: lines\[0\]\.simulated is true; expected a line on this machine/);
  });

  test.each([
    [
      'open to others without TLS',
      '"127.0.0.1:4001"',
      '"0.0.0.0:4001"',
      'listeners[0].listen is "0.0.0.0:4001"; expected a loopback address, or tls in listener gprs: readings and relay frames must not cross a network in clear',
    ],
    ['at no address', '"127.0.0.1:4001"', '"4001"', 'listeners[0].listen is "4001"; expected HOST:PORT, as 127.0.0.1:4001'],
    [
      'whose registration says no identity',
      '"REG:{identity};"',
      '"REG;"',
      'listeners[0].registration.packet is "REG;"; expected {identity} once, where the DTU says who it is',
    ],
    [
      'whose registration has no end',
      '"REG:{identity};"',
      '"REG:{identity}"',
      'listeners[0].registration.identityLength is missing; expected the bytes of an identity: nothing else says where it ends',
    ],
    [
      'whose registration is hex of no known length',
      '{ packet: "REG:{identity};" }',
      '{ as: hex, packet: "FE {identity} 16" }',
      'listeners[0].registration.identityLength is missing; expected the bytes of an identity: nothing else says where it ends',
    ],
    [
      'whose registration is no hex',
      '{ packet: "REG:{identity};" }',
      '{ as: hex, packet: "REG {identity}", identityLength: 6 }',
      'listeners[0].registration.packet is "REG {identity}"; expected pairs of hex digits, as FE FE {identity} 16',
    ],
    [
      'whose registration is no text of single bytes',
      '"REG:{identity};"',
      '"注册{identity};"',
      'listeners[0].registration.packet is "注册{identity};"; expected characters of one byte; write others as hex',
    ],
    [
      'whose heartbeat is short',
      'packet: PING',
      'packet: HI',
      'listeners[0].heartbeat.packet is "HI"; expected four bytes or more, not all the same: a meter’s frame could have it inside',
    ],
    [
      'whose heartbeat is one byte again and again',
      'packet: PING',
      'as: hex, packet: "00 00 00 00 00"',
      'listeners[0].heartbeat.packet is "00 00 00 00 00"; expected four bytes or more, not all the same: a meter’s frame could have it inside',
    ],
    [
      'whose heartbeat writes the identity in another way',
      'packet: PING',
      'as: hex, packet: "FE FE FE {identity}"',
      'listeners[0].heartbeat.as is "hex"; expected ascii, as the identity in it is written',
    ],
    [
      'that would let a live DTU be replaced',
      'everyMs: 30000 }',
      'everyMs: 30000 }\n    probeMs: 30000',
      'listeners[0].probeMs is 30000; expected more than heartbeat.everyMs, 30000: a live DTU may be silent for so long',
    ],
    ['that no line can name', 'listener: gprs', 'listener: lora', 'lines[0].transport.listener is "lora"; expected one of gprs'],
    [
      'that its line does not name',
      'listener: gprs, ',
      '',
      'lines[0].transport.listener is missing; expected it to be set for a tcp-server line',
    ],
    [
      'whose line has no identity',
      ', identity: "13800000001"',
      '',
      'lines[0].transport.identity is missing; expected it to be set for a tcp-server line',
    ],
    [
      'whose line has an identity of another length',
      '"REG:{identity};"',
      '"REG:{identity};", identityLength: 8',
      'lines[0].transport.identity is "13800000001"; expected 8 characters, as listener gprs says',
    ],
    [
      'whose line has an identity that is no hex',
      '{ packet: "REG:{identity};" }',
      '{ as: hex, packet: "FE {identity}", identityLength: 6 }',
      'lines[0].transport.identity is "13800000001"; expected 12 upper-case hex digits, as listener gprs says',
    ],
    [
      'whose lines share an identity',
      'meters:',
      '  - { id: line-2, transport: { type: tcp-server, listener: gprs, identity: "13800000001" } }\nmeters:',
      'lines[1].transport.identity is "13800000001"; expected an identity of its own: line line-1 has this one',
    ],
  ])('%s is refused in a sentence', (_, from, to, sentence) => {
    expect(changed(from, to)).toBe(`feikong.yaml: ${sentence}`);
  });

  test('is asked for where a line needs one and there is none', () => {
    folder.write(
      'feikong.yaml',
      CONFIG_YAML.replace('type: tcp, host: 10.0.0.9, port: 4001', 'type: tcp-server, listener: gprs, identity: A'),
    );
    expect(folder.complaint()).toBe(
      'feikong.yaml: lines[0].transport.listener is "gprs"; expected an id of listeners: describe there where DTUs dial in',
    );
  });

  test('may have a heartbeat that is the registration again', () => {
    expect(changed('packet: PING', 'packet: "REG:{identity};"')).toBe('');
  });
});
