import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asId, type MeterId } from '../../../src/kernel/ids.ts';
import { CONFIG_YAML, type ConfigFolder, createConfigFolder, RULES_YAML } from '../../support/core-config-files.ts';

let folder: ConfigFolder;
beforeEach(() => {
  folder = createConfigFolder();
});
afterEach(() => folder.remove());

const complaintOf = (text: string) => {
  folder.write('feikong.yaml', text);
  return folder.complaint();
};
/** The good configuration with one text changed. */
const changed = (from: string, to: string) => {
  expect(CONFIG_YAML).toContain(from);
  return complaintOf(CONFIG_YAML.replace(from, to));
};

describe('a configuration', () => {
  test('fills in what it does not say', () => {
    const config = folder.load();
    expect(config).toMatchObject({
      siteName: 'Feikong',
      zone: 'Asia/Shanghai',
      listen: { host: '127.0.0.1', port: 8645 },
      tls: undefined,
      notifier: 'none',
      operatorCode: '00000001',
      mqtt: { url: undefined, version: '3.1.1', listen: { host: '127.0.0.1', port: 0 }, concentrators: [] },
    });
    expect(config.lines[0]).toMatchObject({ simulated: false, port: { baudRate: 2400, dataBits: 8, parity: 'even', stopBits: 1 } });
    expect(config.points).toEqual([
      {
        account: { id: 'a1', state: 'open' },
        meterPoint: {
          id: 'm1',
          accountId: 'a1',
          zone: 'Asia/Shanghai',
          feeder: 'feeder-1',
          tariff: 'flat',
          ruleSet: 'standard',
          currentRatio: 1n,
          voltageRatio: 1n,
          maxPower: 20_000_000n,
          restoreBy: 'arm',
          agreement: false,
          keepPower: false,
        },
        meter: { id: 'm1', meterPointId: 'm1', lineId: 'line-1', protocol: 'dlt645-2007', address: '000000000001' },
        binding: 'number',
        security: 'password',
        openingPayment: undefined,
        pollIntervalMs: 60_000,
      },
    ]);
  });

  test('keeps prices, thresholds and times exact', () => {
    const config = folder.load();
    expect(config.tariffs.get('flat')?.plan.versions.map(({ prices }) => [...prices])).toEqual([[['total', 56_000_000n]]]);
    expect(config.ruleSets.get('standard')).toEqual({
      name: 'standard',
      warnBelow: 30_000_000n,
      tripAtOrBelow: 0n,
      graceMs: 1_800_000,
      window: { fromMinute: 570, toMinute: 1050 },
      noTripWeekdays: [],
      freshnessMs: 172_800_000,
      relayFreshnessMs: 86_400_000,
      tripDeadlineMs: 600_000,
      restoreDeadlineMs: 86_400_000,
      relaySettleMs: 10_000,
      restoreOverdueMs: 1_800_000,
      limiter: { perMinute: 10, feederPercentPerDay: 20, fleetPercentPerDay: 2 },
      simulatedOnly: false,
    });
  });

  test('knows no password where none is given', () => {
    expect(folder.load().passwordOf(asId<MeterId>('m1'))).toBeUndefined();
  });

  test('takes a meter’s own password before the common one', () => {
    folder.write('feikong.yaml', `secretsFile: secrets.yaml\n${CONFIG_YAML}`);
    folder.write('secrets.yaml', 'meterPasswords: { m1: "02123456", "*": "02000000" }\n');
    const { passwordOf } = folder.load();
    expect(passwordOf(asId<MeterId>('m1'))).toBe('02123456');
    expect(passwordOf(asId<MeterId>('m2'))).toBe('02000000');
  });

  test('takes the address to listen on from the command line before the file', () => {
    expect(folder.load({ listen: '[::1]:9000' }).listen).toEqual({ host: '::1', port: 9000 });
  });
});

describe('a mistake is one sentence that names the place, the value and what was expected', () => {
  test('a file that is not there', () => {
    folder.remove();
    folder = createConfigFolder();
    expect(changed('[rules.yaml]', '[nowhere.yaml]')).toBe(
      'nowhere.yaml cannot be read; name a file that exists and that this user may read',
    );
  });

  test('text that is no YAML', () => {
    expect(complaintOf('lines: [\nmeters: "\n')).toMatch(/^feikong\.yaml:\d+: this is no YAML: .+; correct the line$/);
    expect(complaintOf('site: {}\nsite: {}\n')).toMatch(/^feikong\.yaml:2: this is no YAML: duplicated mapping key; correct the line$/);
    expect(complaintOf('site: *nobody\n')).toMatch(/^feikong\.yaml:.*nobody.*; correct .+$/);
  });

  test('a file that is empty, or a single word', () => {
    expect(complaintOf('')).toBe('feikong.yaml: ruleSets is missing; expected it to be set');
    expect(complaintOf('hello')).toMatch(/^feikong\.yaml:1: the file is "hello"; expected a value that must be object/);
  });

  test.each([
    [
      'an unknown key',
      'maxPowerKw: "20"',
      'maxPowerKw: "20"\n    colour: red',
      'feikong.yaml:16: meters[0].colour is "red"; expected no such key; remove it or correct its spelling',
    ],
    ['a missing key', '    account: a1\n', '', 'feikong.yaml:9: meters[0].account is missing; expected it to be set'],
    ['a line that is not there', 'line: line-1', 'line: line-2', 'feikong.yaml: meters[0].line is "line-2"; expected one of line-1'],
    ['a tariff that is not there', 'tariff: flat', 'tariff: steep', 'feikong.yaml: meters[0].tariff is "steep"; expected one of flat'],
    [
      'a rule set that is not there',
      'ruleSet: standard',
      'ruleSet: demo',
      'feikong.yaml: meters[0].ruleSet is "demo"; expected one of standard',
    ],
    [
      'a protocol that is not there',
      'account: a1',
      'account: a1\n    protocol: dlms',
      'feikong.yaml: meters[0].protocol is "dlms"; expected one of dlt645-2007',
    ],
    [
      'a number without quotes',
      'maxPowerKw: "20"',
      'maxPowerKw: 20',
      'feikong.yaml:15: meters[0].maxPowerKw is 20; expected a value that must be string (What the connection can carry, kW before the ratio, as a decimal in quotes)',
    ],
    [
      'a power of nothing',
      'maxPowerKw: "20"',
      'maxPowerKw: "0"',
      'feikong.yaml: meters[0].maxPowerKw is "0"; expected kW above zero with at most 6 decimals',
    ],
    [
      'an opening payment finer than a fen',
      'account: a1',
      'account: a1\n    openingPayment: "0.005"',
      'feikong.yaml: meters[0].openingPayment is "0.005"; expected yuan above zero, in whole fen',
    ],
    [
      'an address of eleven digits',
      '"000000000001"',
      '"00000000001"',
      'feikong.yaml: meters[0].address is "00000000001"; expected 12 digits, as printed on one meter',
    ],
    [
      'a transport of no known kind',
      'type: tcp',
      'type: udp',
      'feikong.yaml:7: lines[0].transport.type is "udp"; expected one of "serial", "tcp", "tcp-server", "mqtt"',
    ],
    [
      'a transport without its host',
      'host: 10.0.0.9, ',
      '',
      'feikong.yaml: lines[0].transport.host is missing; expected it to be set for a tcp line',
    ],
    [
      'a register of no kind',
      '"1-0:1.8.0"',
      '"energy"',
      'feikong.yaml:4: tariffs[0].rates[0].register is "energy"; expected a value that must match pattern "^(1-0:[12]\\.8\\.\\d{1,2}|dlt645:[0-9A-F]{8})$" (The energy register that counts it, as 1-0:1.8.0)',
    ],
    [
      'a zone that does not exist',
      'ruleSets:',
      'site: { zone: Asia/Nowhere }\nruleSets:',
      'feikong.yaml: site.zone is "Asia/Nowhere"; expected an IANA time zone, as Asia/Shanghai',
    ],
    [
      'a broker’s address that is no URL',
      'ruleSets:',
      'mqtt: { url: "mqtt://[broker" }\nruleSets:',
      'feikong.yaml: mqtt.url is "mqtt://[broker"; expected a URL, as mqtt://broker.example:1883',
    ],
    [
      'an address that others could reach, without TLS',
      'ruleSets:',
      'api: { listen: "0.0.0.0:8645" }\nruleSets:',
      'feikong.yaml: api.listen is "0.0.0.0:8645"; expected a loopback address, or api.tls beside it: keys must not cross a network in clear',
    ],
    [
      'no address',
      'ruleSets:',
      'api: { listen: "8645" }\nruleSets:',
      'feikong.yaml: api.listen is "8645"; expected HOST:PORT, as 127.0.0.1:8645',
    ],
    [
      'a port beyond the last',
      'ruleSets:',
      'api: { listen: "127.0.0.1:70000" }\nruleSets:',
      'feikong.yaml: api.listen is "127.0.0.1:70000"; expected HOST:PORT, as 127.0.0.1:8645',
    ],
    [
      'two rates under one component',
      'price: "0.56" }',
      'price: "0.56" }, { component: energy, register: "1-0:1.8.0", price: "0.30" }',
      'feikong.yaml: tariffs[0].rates[1].component is "energy"; expected a component of its own for each rate: it is what is posted',
    ],
    [
      'a rate whose register counts something else',
      'register: "1-0:1.8.0"',
      'register: "1-0:1.8.4"',
      'feikong.yaml: tariffs[0].rates[0].register is "1-0:1.8.4"; expected 1-0:1.8.0, which counts energy',
    ],
    [
      'a price below zero',
      'price: "0.56"',
      'price: "-0.56"',
      'feikong.yaml: tariffs[0].rates[0].price is "-0.56"; expected a price of 0 or more',
    ],
    [
      'a component that only a price plan has',
      'component: energy',
      'component: "fund:renewable"',
      'feikong.yaml: tariffs[0].rates[0].component is "fund:renewable"; expected one of energy, energy:sharp, energy:peak, energy:flat, energy:valley, energy:deepValley; a price plan has others',
    ],
    [
      'a tariff that is a file and prices at once',
      '- id: flat',
      '- id: flat\n    file: plan.yaml',
      'feikong.yaml: tariffs[0] is "flat"; expected either file, or id and rates',
    ],
    [
      'a line called simulated that leaves this machine',
      'port: 4001 }',
      'port: 4001 }\n    simulated: true',
      'feikong.yaml: lines[0].simulated is true; expected a line on this machine: a loopback host or listener, a pty, or a broker on loopback',
    ],
    [
      'sealed orders for a real line',
      'account: a1\n',
      'account: a1\n    security: esam\n',
      'feikong.yaml: meters[0].security is "esam"; expected password, or signer.kind: http: the software signer has test keys only, and line line-1 is not simulated',
    ],
    [
      'simulated notices for real customers',
      'ruleSets:',
      'notifier: simulated\nruleSets:',
      'feikong.yaml: notifier is "simulated"; expected one that reaches customers: line line-1 is not simulated, and nobody is tripped on a simulated notice',
    ],
  ])('%s', (_, from, to, sentence) => {
    expect(changed(from, to)).toBe(sentence);
  });

  test('the command line may not open the door either', () => {
    expect(folder.complaint({ listen: '0.0.0.0:8645' })).toMatch(
      /^feikong\.yaml: api\.listen is "0\.0\.0\.0:8645"; expected a loopback address/,
    );
  });

  const second = (id: string, address: string, account: string) =>
    `${CONFIG_YAML}  - { id: ${id}, line: line-1, address: "${address}", account: ${account}, tariff: flat, ruleSet: standard, maxPowerKw: "20" }\n`;
  test.each([
    ['id', second('m1', '000000000002', 'a2'), 'feikong.yaml: meters[1].id is "meter m1"; expected something that no other meter has'],
    [
      'address',
      second('m2', '000000000001', 'a2'),
      'feikong.yaml: meters[1].address is "address 000000000001 on line-1"; expected something that no other meter has',
    ],
    [
      'account',
      second('m2', '000000000002', 'a1'),
      'feikong.yaml: meters[1].account is "account a1"; expected something that no other meter has',
    ],
  ])('two meters with one %s', (_, text, sentence) => {
    expect(complaintOf(text)).toBe(sentence);
  });
});

describe('a rule set', () => {
  const rulesWith = (from: string, to: string) => {
    expect(RULES_YAML).toContain(from);
    folder.write('rules.yaml', RULES_YAML.replace(from, to));
    return folder.complaint();
  };

  test('for simulated lines refuses to load for a real one', () => {
    folder.write('rules.yaml', `${RULES_YAML}simulatedOnly: true\n`);
    expect(folder.complaint()).toBe(
      'feikong.yaml: meters[0].ruleSet is "standard"; expected a rule set for real lines: standard is for simulated lines only, and line line-1 is not simulated',
    );
  });

  test('for simulated lines loads for a line that ends on this machine', () => {
    folder.write('rules.yaml', `${RULES_YAML}simulatedOnly: true\n`);
    folder.write('feikong.yaml', CONFIG_YAML.replace('host: 10.0.0.9, port: 4001 }', 'host: 127.0.0.1, port: 4001 }\n    simulated: true'));
    expect(folder.load().points[0]?.meterPoint.ruleSet).toBe('standard');
  });

  test('may not trip before it warns', () => {
    expect(rulesWith('tripAtOrBelow: "0.00"', 'tripAtOrBelow: "30.01"')).toBe(
      'rules.yaml: tripAtOrBelow is "30.01"; expected at most warnBelow, 30.00: a customer is told before supply ends',
    );
  });

  test('knows 24:00 and nothing later', () => {
    expect(rulesWith('to: "17:30"', 'to: "24:00"')).toBe('');
    expect(folder.load().ruleSets.get('standard')?.window.toMinute).toBe(1440);
    expect(rulesWith('to: "17:30"', 'to: "24:30"')).toMatch(
      /^rules\.yaml:5: window\.to is "24:30"; expected a value that must match pattern/,
    );
  });

  test('has no unknown keys either', () => {
    expect(rulesWith('graceMinutes: 30', 'graceMinutes: 30\ngrace: 30')).toBe(
      'rules.yaml:5: grace is 30; expected no such key; remove it or correct its spelling',
    );
  });
});

describe('a secrets file', () => {
  const secrets = (text: string, mode: number) => {
    folder.write('feikong.yaml', `secretsFile: secrets.yaml\n${CONFIG_YAML}`);
    folder.write('secrets.yaml', text, mode);
    return folder.complaint();
  };

  test.each([0o640, 0o604, 0o644])('that others may read is refused: mode %o', (mode) => {
    expect(secrets('meterPasswords: { m1: "02123456" }', mode)).toBe(
      'feikong.yaml: secretsFile is "secrets.yaml"; expected a file that only its owner may read: chmod 600 secrets.yaml',
    );
  });

  test('never shows what it holds', () => {
    const complaint = secrets('meterPasswords: { m1: "0212345" }', 0o600);
    expect(complaint).toMatch(/^secrets\.yaml:1: meterPasswords\.m1 is "a secret"; expected a value that must match pattern/);
    expect(complaint).not.toContain('0212345');
  });

  test('that is not there is named', () => {
    folder.write('feikong.yaml', `secretsFile: nowhere.yaml\n${CONFIG_YAML}`);
    expect(folder.complaint()).toBe('nowhere.yaml cannot be read; name a file that exists and that this user may read');
  });
});
