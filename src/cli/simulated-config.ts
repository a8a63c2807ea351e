import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import type { LineConfig } from '../config/load.ts';

/** A simulated meter, as the simulator describes it. */
export interface SimulatedMeter {
  readonly address: string;
  readonly password: string;
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
  const secretsFile = `${path.basename(file).replace(/\.ya?ml$/, '')}.secrets.yaml`;
  const secretsPath = path.join(folder, secretsFile);
  writeFileSync(
    secretsPath,
    stringify({ meterPasswords: Object.fromEntries(config.meters.map(({ address, password }) => [`meter-${address}`, password])) }),
    { mode: 0o600 },
  );
  chmodSync(secretsPath, 0o600);
  writeFileSync(
    file,
    `# Written for simulated meters; refuses to load for real lines.\n${stringify(contentOf(config, folder, secretsFile))}`,
  );
}

function contentOf(
  { siteName, lines, meters, pollIntervalMs, loadFactor, mqttUrl }: SimulatedConfig,
  folder: string,
  secretsFile: string,
): object {
  return {
    site: { name: siteName },
    ...(mqttUrl === undefined ? {} : { mqtt: { url: mqttUrl } }),
    poll: { intervalMs: pollIntervalMs },
    secretsFile,
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
    meters: meters.map(({ address, line, openingPayment, restoreBy }, index) => ({
      id: `meter-${address}`,
      line,
      address,
      account: `account-${address}`,
      feeder: `feeder-${(index % 2) + 1}`,
      tariff: index % 3 === 2 ? 'residential-tou' : 'residential',
      ruleSet: 'demo',
      restoreBy,
      agreement: true,
      maxPowerKw: String(HOUSEHOLD_KW * loadFactor),
      openingPayment,
    })),
  };
}
