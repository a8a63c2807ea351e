/** A simulated State Grid meter behind a real socket, the driver that talks to it, and what it heard of functions 03 and 1C. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { zoneNamed } from '../../simulators/meter/dial.ts';
import { runSimulation } from '../../simulators/simulate.ts';
import { openLink } from '../../src/cli/link.ts';
import type { Signer } from '../../src/core/ports/signer.ts';
import { createDlt645Driver } from '../../src/drivers/dlt645/driver.ts';
import type { DriverMeter } from '../../src/drivers/driver.ts';
import { plusMs, systemClock } from '../../src/kernel/clock.ts';
import { createSoftwareSigner } from '../../src/signers/software/software-signer.ts';
import { readFrames } from './frame-log.ts';

export const NOW = { priority: 'on-demand' } as const;
export const signer = createSoftwareSigner();

export type Fault = Readonly<Record<string, string | number>>;

export const stateGridMeter = (...faults: readonly Fault[]) => stateGridMeterWith({}, ...faults);

export async function stateGridMeterWith(options: { readonly clockOffsetMs?: number }, ...faults: readonly Fault[]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-sealed-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = { faults: path.join(folder, 'faults.json'), log: path.join(folder, 'meters.log') };
  writeFileSync(files.faults, JSON.stringify({ faults: faults.map((fault) => ({ meter: '*', ...fault })) }));
  const simulation = await runSimulation({
    protocol: 'dlt645-2007',
    listen: 'tcp://127.0.0.1:0',
    meters: 1,
    seed: 1,
    loadFactor: 0,
    profile: 'state-grid',
    clock: systemClock,
    ...options,
    ...files,
  });
  const link = await openLink(simulation.lines[0] ?? '', systemClock);
  onTestFinished(async () => {
    await link.close();
    await simulation.close();
  });
  const driver = createDlt645Driver({ bus: link.bus, clock: systemClock });
  const [{ address, password } = { address: '', password: '' }] = simulation.meters;
  const plain: DriverMeter = { id: 'm1', address, zone: zoneNamed('Asia/Shanghai'), password, operatorCode: '00000007' };
  const sealedBy = (by: Signer, simulatedLine = true): DriverMeter => ({
    ...plain,
    password: undefined,
    seal: { signer: by, simulatedLine },
  });
  return {
    driver,
    plain,
    sealedBy,
    operate: (meter: DriverMeter, action: 'trip' | 'close' | 'arm') =>
      driver.operateRelay(meter, { action, expiresAt: plusMs(systemClock.now(), 60_000) }, NOW),
    relay: async () => {
      const report = await driver.readRelay(plain, NOW);
      return report.ok ? report.value.relay : report.error.code;
    },
    /** What the meter heard of functions 03 and 1C, in order: the DI of a 03, `1C` of a relay frame. */
    heard: () =>
      readFrames(files.log)
        .filter(({ control }) => control === '03' || control === '1C')
        .map(({ control, di }) => di ?? control),
  };
}
