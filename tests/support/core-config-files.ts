/** Writes configurations into folders of their own and says what loading them answers. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, type ConfigOverrides, loadConfig } from '../../src/config/load.ts';
import { OperatorError } from '../../src/kernel/app-error.ts';

export const RULES_YAML = `name: standard
warnBelow: "30.00"
tripAtOrBelow: "0.00"
graceMinutes: 30
window: { from: "09:30", to: "17:30" }
freshnessMinutes: 2880
relayFreshnessMinutes: 1440
tripDeadlineMinutes: 10
restoreDeadlineMinutes: 1440
restoreOverdueMinutes: 30
limiter: { perMinute: 10, feederPercentPerDay: 20, fleetPercentPerDay: 2 }
`;

export const CONFIG_YAML = `ruleSets: [rules.yaml]
tariffs:
  - id: flat
    rates: [{ component: energy, register: "1-0:1.8.0", price: "0.56" }]
lines:
  - id: line-1
    transport: { type: tcp, host: 10.0.0.9, port: 4001 }
meters:
  - id: m1
    line: line-1
    address: "000000000001"
    account: a1
    tariff: flat
    ruleSet: standard
    maxPowerKw: "20"
`;

export interface ConfigFolder {
  readonly path: (name: string) => string;
  write(name: string, text: string, mode?: number): void;
  load(overrides?: ConfigOverrides): Config;
  /** The one sentence that an operator reads, without the folder's path. */
  complaint(overrides?: ConfigOverrides): string;
  remove(): void;
}

export function createConfigFolder(): ConfigFolder {
  const folder = mkdtempSync(join(tmpdir(), 'feikong-config-'));
  const path = (name: string) => join(folder, name);
  const write = (name: string, text: string, mode = 0o600) => {
    writeFileSync(path(name), text);
    chmodSync(path(name), mode);
  };
  write('feikong.yaml', CONFIG_YAML);
  write('rules.yaml', RULES_YAML);
  const load = (overrides?: ConfigOverrides) => loadConfig(path('feikong.yaml'), ['dlt645-2007'], overrides);
  return {
    path,
    write,
    load,
    complaint(overrides) {
      try {
        load(overrides);
      } catch (error) {
        if (error instanceof OperatorError) return error.message.replaceAll(`${folder}/`, '');
        throw error;
      }
      return '';
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
