import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dump } from 'js-yaml';
import type { LineConfig } from '../config/load.ts';

/** A simulated meter, as the simulator describes it. */
export interface SimulatedMeter {
  readonly address: string;
  /** Without it nothing is written to the secrets file. */
  readonly password?: string;
  /** DL/T 645-2007 where absent. */
  readonly speaks?: { readonly protocol: 'dlt645-1997' } | { readonly protocol: 'modbus-rtu' | 'modbus-tcp'; readonly map: string };
  /** Where its port settings differ from the line's. */
  readonly port?: Partial<LineConfig['port']>;
  readonly line: string;
  /** Yuan that its account opens with. */
  readonly openingPayment: string;
  readonly restoreBy: 'close' | 'arm';
}

export interface SimulatedConfig {
  readonly siteName: string;
  readonly lines: readonly Pick<LineConfig, 'id' | 'name' | 'transport'>[];
  readonly meters: readonly SimulatedMeter[];
  readonly pollIntervalMs: number;
  /** The broker of concentrators; without it the gateway embeds one. */
  readonly mqttUrl?: string;
  /** The simulators' time-lapse: a household's load times this. */
  readonly loadFactor: number;
}

/** What a simulated household may draw at most, kW. */
const HOUSEHOLD_KW = 25;
/** Simulated lines are not paced: a high speed keeps the computed waits short. */
const SIMULATED_PORT = { baudRate: 115200 };
const DEMO_RULES = path.join(import.meta.dirname, '../../config/rules/demo.yaml');

/** Writes a configuration for simulated meters, and beside it the file with their passwords that only its owner may read. */
export function writeSimulatedConfig(file: string, config: SimulatedConfig): void {
  const folder = path.dirname(path.resolve(file));
  mkdirSync(folder, { recursive: true });
  const secretsFile = writeSecrets(folder, `${path.basename(file).replace(/\.ya?ml$/, '')}.secrets.yaml`, config);
  writeFileSync(file, `# Written for simulated meters; refuses to load for real lines.\n${dump(contentOf(config, folder, secretsFile))}`);
}

/** @returns the name of the file; undefined where no meter has a password, and nothing was written */
function writeSecrets(folder: string, name: string, { meters }: SimulatedConfig): string | undefined {
  const passwords = meters.flatMap(({ address, password }) => (password === undefined ? [] : [[`meter-${address}`, password]]));
  if (passwords.length === 0) return undefined;
  const file = path.join(folder, name);
  writeFileSync(file, dump({ meterPasswords: Object.fromEntries(passwords) }), { mode: 0o600 });
  chmodSync(file, 0o600);
  return name;
}

function contentOf(
  { siteName, lines, meters, pollIntervalMs, loadFactor, mqttUrl }: SimulatedConfig,
  folder: string,
  secretsFile: string | undefined,
): object {
  return {
    site: { name: siteName },
    ...(mqttUrl === undefined ? {} : { mqtt: { url: mqttUrl, clientId: 'feikong-simulated' } }),
    poll: { intervalMs: pollIntervalMs },
    ...(secretsFile === undefined ? {} : { secretsFile }),
    notifier: 'simulated',
    ruleSets: [path.relative(folder, DEMO_RULES)],
    tariffs: [
      { id: 'residential', rates: [{ component: 'energy', register: '1-0:1.8.0', price: '0.4883' }] },
      {
        id: 'residential-tou',
        rates: [
          { component: 'energy:sharp', register: '1-0:1.8.1', price: '0.9600' },
          { component: 'energy:peak', register: '1-0:1.8.2', price: '0.6000' },
          { component: 'energy:flat', register: '1-0:1.8.3', price: '0.4883' },
          { component: 'energy:valley', register: '1-0:1.8.4', price: '0.3000' },
        ],
      },
    ],
    lines: lines.map((line) => ({ ...line, simulated: true, port: SIMULATED_PORT })),
    meters: meters.map(({ address, speaks, port, line, openingPayment, restoreBy }, index) => ({
      id: `meter-${address}`,
      line,
      ...speaks,
      ...(port === undefined ? {} : { port }),
      address,
      account: `account-${address}`,
      feeder: `feeder-${(index % 2) + 1}`,
      // A simulated Modbus meter counts all rates together.
      tariff: speaks?.protocol.startsWith('modbus-') !== true && index % 3 === 2 ? 'residential-tou' : 'residential',
      ruleSet: 'demo',
      restoreBy,
      agreement: true,
      maxPowerKw: String(HOUSEHOLD_KW * loadFactor),
      openingPayment,
    })),
  };
}
