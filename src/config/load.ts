import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { RegisterMap } from '../../protocols/modbus/index.ts';
import type { Account } from '../core/model/account.ts';
import type { LateFeeRate } from '../core/model/late-fee.ts';
import type { Meter, MeterPoint } from '../core/model/meter.ts';
import { registersOf } from '../core/model/plan-registers.ts';
import type { PricePlan } from '../core/model/price-plan.ts';
import type { RuleSet } from '../core/model/rule-set.ts';
import { parseDecimal } from '../kernel/decimal.ts';
import type { MeterId, MeterPointId } from '../kernel/ids.ts';
import { asId } from '../kernel/ids.ts';
import { parseZone, type Zone } from '../kernel/local-time.ts';
import { type Money, type Power, parseFen, powerFromDecimal } from '../kernel/units.ts';
import { type Mqtt, mqttOf } from './concentrators.ts';
import { checkDialIn, type DtuListener, isLoopbackListener, listenerOf } from './dtu-listener.ts';
import { loadLateFeeRates } from './late-fee.ts';
import { isLoopback, type ListenAddress, parseListenAddress } from './listen-address.ts';
import { misfitOnLine, portOf } from './meter-line.ts';
import { createMapShelf, PUSHED, registerMapOf, talkError } from './meter-protocol.ts';
import { configError, readYaml, type Wrong } from './read-yaml.ts';
import { loadRuleSet } from './rule-set.ts';
import { type ConfigFile, ConfigSchema, type SecretsFile, SecretsSchema } from './schema.ts';
import { type SignerConfig, signerOf } from './signer.ts';
import { type ConfiguredTariff, tariffsOf } from './tariffs.ts';

export type LineConfig = ConfigFile['lines'][number];

/** A meter with everything that the configuration says of its place, its customer and its contract. */
export interface PointConfig {
  readonly account: Account;
  readonly meterPoint: MeterPoint;
  readonly meter: Meter;
  /** Where its port settings differ from its line's. */
  readonly port: LineConfig['port'] | undefined;
  /** Of a 1997 meter, where its voltages are known to be no whole volts. */
  readonly voltageDecimals: 0 | 1 | undefined;
  /** Of a Modbus meter whose map has a register for it. */
  readonly serialNumber: string | undefined;
  /** What it has to say after each registration of a line that dials in: its number, or anything. */
  readonly binding: 'number' | 'presence';
  /** Of a Modbus meter. */
  readonly registerMap: RegisterMap | undefined;
  /** `esam`: its relay obeys only what is sealed for it. */
  readonly security: 'password' | 'esam';
  readonly openingPayment: Money | undefined;
  readonly pollIntervalMs: number;
}

/** A configuration that was read, checked and put into the words of the core. */
export interface Config {
  readonly siteName: string;
  readonly zone: Zone;
  readonly listen: ListenAddress;
  readonly tls: ConfigFile['api']['tls'];
  readonly requestsPerMinute: number;
  readonly mqtt: Mqtt;
  /** More names for the columns of imported files, by field. */
  readonly archiveColumns: Readonly<Record<string, readonly string[]>>;
  readonly notifier: ConfigFile['notifier'];
  readonly operatorCode: string;
  readonly signer: SignerConfig;
  readonly listeners: readonly DtuListener[];
  readonly lines: readonly LineConfig[];
  readonly points: readonly PointConfig[];
  readonly tariffs: ReadonlyMap<string, ConfiguredTariff>;
  readonly settlement: ConfigFile['settlement'];
  /** None where no late fee is charged. */
  readonly lateFeeRates: readonly LateFeeRate[];
  readonly ruleSets: ReadonlyMap<string, RuleSet>;
  /** LLPPPPPP by meter; undefined where none is known, so that no relay frame can be made. */
  readonly passwordOf: (meterId: MeterId) => string | undefined;
}

/** What the command line says over the file. */
export interface ConfigOverrides {
  readonly listen?: string | undefined;
}

/** Loads a configuration; throws an OperatorError that names the path, the value and what was expected. */
export function loadConfig(file: string, protocols: readonly string[], overrides: ConfigOverrides = {}): Config {
  const raw = readYaml(file, ConfigSchema);
  const wrong: Wrong = (path, value, expected) => configError(file, path, value, expected);
  const zone = parseZone(raw.site.zone);
  if (zone === undefined) throw wrong('site.zone', raw.site.zone, 'an IANA time zone, as Asia/Shanghai');
  const ruleSets = indexed(
    raw.ruleSets.map((path) => loadRuleSet(resolve(dirname(file), path))),
    ({ name }) => name,
    (name) => wrong('ruleSets', name, 'a name of its own for each rule set'),
  );
  const tariffs = tariffsOf(raw, file, wrong);
  const lines = indexed(
    raw.lines,
    ({ id }) => id,
    (name) => wrong('lines', name, 'an id of its own for each line'),
  );
  const listeners = indexed(
    raw.listeners.map((listener, index) => listenerOf(listener, `listeners[${index}]`, file, wrong)),
    ({ id }) => id,
    (name) => wrong('listeners', name, 'an id of its own for each listener'),
  );
  const secrets = secretsOf(file, raw);
  const mqtt = mqttOf(raw, secrets.concentratorPasswords, dirname(file), wrong);
  for (const [index, line] of raw.lines.entries()) {
    checkTransport(line, `lines[${index}]`, raw, wrong);
    checkDialIn(raw, index, wrong);
  }
  const common = { raw, zone, ruleSets, tariffs, lines, protocols, wrong, folder: dirname(file), loadMap: createMapShelf() };
  const points = raw.meters.map((meter, index) => pointOf({ ...common, meter, path: `meters[${index}]` }));
  checkUnique(raw, wrong);
  const real = raw.lines.find(({ simulated }) => !simulated);
  if (raw.notifier === 'simulated' && real !== undefined)
    throw wrong(
      'notifier',
      raw.notifier,
      `one that reaches customers: line ${real.id} is not simulated, and nobody is tripped on a simulated notice`,
    );
  return {
    siteName: raw.site.name,
    zone,
    listen: listenOf(overrides.listen ?? raw.api.listen, raw, wrong),
    tls:
      raw.api.tls === undefined
        ? undefined
        : { certFile: resolve(dirname(file), raw.api.tls.certFile), keyFile: resolve(dirname(file), raw.api.tls.keyFile) },
    requestsPerMinute: raw.api.requestsPerMinute,
    mqtt,
    archiveColumns: raw.archive.columns,
    notifier: raw.notifier,
    operatorCode: raw.operatorCode,
    signer: signerOf(raw, file, wrong),
    listeners: [...listeners.values()],
    lines: raw.lines,
    points,
    tariffs,
    settlement: raw.settlement,
    lateFeeRates: raw.settlement.lateFees === undefined ? [] : loadLateFeeRates(resolve(dirname(file), raw.settlement.lateFees)),
    ruleSets,
    passwordOf: (meterId) => secrets.meterPasswords[meterId] ?? secrets.meterPasswords['*'],
  };
}

function indexed<T>(items: readonly T[], keyOf: (item: T) => string, twice: (key: string) => Error): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const item of items) {
    if (map.has(keyOf(item))) throw twice(keyOf(item));
    map.set(keyOf(item), item);
  }
  return map;
}

/** Each kind of transport has fields of its own; a line called simulated must end on this machine. */
function checkTransport(line: LineConfig, path: string, raw: ConfigFile, wrong: Wrong): void {
  const { transport } = line;
  const need = (field: 'path' | 'host' | 'port' | 'listener' | 'identity' | 'concentrator') => {
    if (transport[field] === undefined) throw wrong(`${path}.transport.${field}`, undefined, `it to be set for a ${transport.type} line`);
  };
  if (transport.type === 'serial') need('path');
  if (transport.type === 'mqtt') need('concentrator');
  const others = raw.meters.find((meter) => meter.line === line.id && meter.protocol !== 'modbus-tcp');
  if ((transport.concurrent ?? 1) > 1 && (transport.type !== 'tcp' || others !== undefined))
    throw wrong(`${path}.transport.concurrent`, transport.concurrent, 'a tcp line of Modbus TCP meters only: others answer one at a time');
  if (transport.type === 'tcp') {
    need('host');
    need('port');
  }
  if (transport.type === 'tcp-server') {
    need('listener');
    need('identity');
  }
  if (line.simulated && !isLocal(transport, raw))
    throw wrong(`${path}.simulated`, true, 'a line on this machine: a loopback host or listener, a pty, or a broker on loopback');
}

function isLocal(transport: LineConfig['transport'], raw: ConfigFile): boolean {
  if (transport.type === 'serial') return /^\/dev\/pts\/\d+$/.test(transport.path ?? '');
  if (transport.type === 'tcp') return isLoopback(transport.host ?? '');
  if (transport.type === 'tcp-server') return isLoopbackListener(raw, transport.listener);
  const { url, listen } = raw.mqtt;
  return isLoopback(url === undefined ? (parseListenAddress(listen)?.host ?? '') : new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'));
}

interface PointInput {
  readonly raw: ConfigFile;
  readonly meter: ConfigFile['meters'][number];
  readonly path: string;
  readonly zone: Zone;
  readonly ruleSets: ReadonlyMap<string, RuleSet>;
  readonly tariffs: ReadonlyMap<string, ConfiguredTariff>;
  readonly lines: ReadonlyMap<string, LineConfig>;
  readonly protocols: readonly string[];
  readonly folder: string;
  readonly loadMap: ReturnType<typeof createMapShelf>;
  readonly wrong: Wrong;
}

function pointOf({ raw, meter, path, zone, ruleSets, tariffs, lines, protocols, folder, loadMap, wrong }: PointInput): PointConfig {
  const line = lines.get(meter.line);
  const rules = ruleSets.get(meter.ruleSet);
  if (line === undefined) throw wrong(`${path}.line`, meter.line, `one of ${[...lines.keys()].join(', ')}`);
  if (rules === undefined) throw wrong(`${path}.ruleSet`, meter.ruleSet, `one of ${[...ruleSets.keys()].join(', ')}`);
  if (!tariffs.has(meter.tariff)) throw wrong(`${path}.tariff`, meter.tariff, `one of ${[...tariffs.keys()].join(', ')}`);
  if (!protocols.includes(meter.protocol)) throw wrong(`${path}.protocol`, meter.protocol, `one of ${protocols.join(', ')}`);
  const misfit = talkError(meter) ?? misfitOnLine(line, meter);
  if (misfit !== undefined) throw wrong(`${path}.${misfit.field}`, misfit.value, misfit.expected);
  if (meter.protocol === PUSHED && line.transport.readingsTopic === undefined)
    throw wrong(`${path}.protocol`, meter.protocol, `readingsTopic in line ${line.id}: nothing else brings the readings of a pushed meter`);
  if (rules.simulatedOnly && !line.simulated)
    throw wrong(
      `${path}.ruleSet`,
      meter.ruleSet,
      `a rule set for real lines: ${rules.name} is for simulated lines only, and line ${line.id} is not simulated`,
    );
  if (meter.security === 'esam' && !line.simulated && raw.signer.kind === 'software')
    throw wrong(
      `${path}.security`,
      meter.security,
      `password, or signer.kind: http: the software signer has test keys only, and line ${line.id} is not simulated`,
    );
  const meterPointId = asId<MeterPointId>(meter.meterPoint ?? meter.id);
  const account: Account = { id: asId(meter.account), state: 'open' };
  return {
    account,
    meterPoint: {
      id: meterPointId,
      accountId: account.id,
      zone,
      feeder: meter.feeder,
      tariff: meter.tariff,
      ruleSet: meter.ruleSet,
      currentRatio: BigInt(meter.currentRatio),
      voltageRatio: BigInt(meter.voltageRatio),
      maxPower: powerOf(meter.maxPowerKw, `${path}.maxPowerKw`, wrong),
      restoreBy: meter.restoreBy,
      agreement: meter.agreement,
      keepPower: meter.keepPower,
    },
    meter: { id: asId(meter.id), meterPointId, lineId: asId(meter.line), protocol: meter.protocol, address: meter.address },
    port: portOf(line, meter),
    voltageDecimals: meter.voltageDecimals,
    serialNumber: meter.serialNumber,
    binding: meter.binding,
    registerMap: mapOf({ meter, path, plan: tariffs.get(meter.tariff)?.plan, folder, loadMap, wrong }),
    security: meter.security,
    openingPayment: openingOf(meter.openingPayment, `${path}.openingPayment`, wrong),
    pollIntervalMs: meter.pollIntervalMs ?? raw.poll.intervalMs,
  };
}

interface MapInput extends Pick<PointInput, 'meter' | 'path' | 'folder' | 'loadMap' | 'wrong'> {
  readonly plan: PricePlan | undefined;
}

/** The map must have every register that the meter is charged by. */
function mapOf({ meter, path, plan, folder, loadMap, wrong }: MapInput): RegisterMap | undefined {
  const map = registerMapOf(meter, folder, loadMap);
  if (map === undefined && meter.serialNumber !== undefined)
    throw wrong(`${path}.serialNumber`, meter.serialNumber, 'none: a DL/T 645 meter is known by its address');
  if (map === undefined) return undefined;
  if (map.relay !== undefined && meter.restoreBy === 'arm')
    throw wrong(`${path}.restoreBy`, meter.restoreBy, 'close: a Modbus relay has no button that could be permitted');
  if (meter.serialNumber !== undefined && !map.rows.some(({ register }) => register === '0-0:96.1.0'))
    throw wrong(`${path}.serialNumber`, meter.serialNumber, 'none: this map has no register 0-0:96.1.0');
  const needed = plan === undefined ? [] : registersOf(plan).needed;
  const lacking = needed.find((name) => !map.rows.some(({ register }) => register === name));
  if (lacking !== undefined) throw wrong(`${path}.map`, meter.map, `a map with ${lacking}, which tariff ${plan?.id} charges by`);
  return map;
}

function powerOf(text: string, path: string, wrong: Wrong): Power {
  const decimal = parseDecimal(text);
  const value = decimal.ok ? powerFromDecimal(decimal.value) : undefined;
  if (value === undefined || value <= 0n) throw wrong(path, text, 'kW above zero with at most 6 decimals');
  return value;
}

function openingOf(text: string | undefined, path: string, wrong: Wrong): Money | undefined {
  if (text === undefined) return undefined;
  const amount = parseFen(text);
  if (!amount.ok || amount.value <= 0n) throw wrong(path, text, 'yuan above zero, in whole fen');
  return amount.value;
}

function checkUnique(raw: ConfigFile, wrong: Wrong): void {
  const seen = new Set<string>();
  for (const [index, { id, line, address, account, meterPoint }] of raw.meters.entries()) {
    for (const [field, key] of [
      ['id', `meter ${id}`],
      ['address', `address ${address} on ${line}`],
      ['account', `account ${account}`],
      ['meterPoint', `meter point ${meterPoint ?? id}`],
    ] as const) {
      if (seen.has(key)) throw wrong(`meters[${index}].${field}`, key, 'something that no other meter has');
      seen.add(key);
    }
  }
}

function listenOf(text: string, raw: ConfigFile, wrong: Wrong): ListenAddress {
  const address = parseListenAddress(text);
  if (address === undefined) throw wrong('api.listen', text, 'HOST:PORT, as 127.0.0.1:8645');
  if (!isLoopback(address.host) && raw.api.tls === undefined)
    throw wrong('api.listen', text, 'a loopback address, or api.tls beside it: keys must not cross a network in clear');
  return address;
}

function secretsOf(file: string, { secretsFile }: ConfigFile): SecretsFile {
  if (secretsFile === undefined) return { meterPasswords: {}, concentratorPasswords: {} };
  const path = resolve(dirname(file), secretsFile);
  const secrets = readYaml(path, SecretsSchema, 'secret');
  if ((statSync(path).mode & 0o077) !== 0)
    throw configError(file, 'secretsFile', secretsFile, `a file that only its owner may read: chmod 600 ${path}`);
  return secrets;
}
