/** One simulated DL/T 645-2007 meter behind a real socket, and what the drivers need to talk to it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { VirtualMeter } from '../../simulators/meter/meter.ts';
import type { ProfileName } from '../../simulators/meter/profiles.ts';
import { runSimulation } from '../../simulators/simulate.ts';
import { openLink } from '../../src/cli/link.ts';
import type { DriverMeter } from '../../src/drivers/driver.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { parseZone } from '../../src/kernel/local-time.ts';
import type { Bus } from '../../src/transports/bus/bus.ts';
import { readFrames } from './frame-log.ts';

export interface ServedMeter {
  readonly bus: Bus;
  readonly meter: DriverMeter;
  /** The meter itself, for the installer's hand. */
  readonly virtual: VirtualMeter;
  /** Control bytes of a function that the meter heard, in order. */
  heard(control: string): readonly string[];
}

/** Ends with the test. */
export async function dlt645Meter(
  faults: readonly Readonly<Record<string, string | number>>[] = [],
  profile: ProfileName = 'plain',
): Promise<ServedMeter> {
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-meter-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = { faults: path.join(folder, 'faults.json'), log: path.join(folder, 'meters.log') };
  writeFileSync(files.faults, JSON.stringify({ faults: faults.map((fault) => ({ meter: '*', ...fault })) }));
  const common = { protocol: 'dlt645-2007', listen: 'tcp://127.0.0.1:0', meters: 1, seed: 1, loadFactor: 0, clock: systemClock };
  const simulation = await runSimulation({ ...common, profile, ...files });
  const link = await openLink(simulation.lines[0] ?? '', systemClock);
  onTestFinished(async () => {
    await link.close();
    await simulation.close();
  });
  const [{ address, password } = { address: '', password: '' }] = simulation.meters;
  const virtual = simulation.meter(address);
  const zone = parseZone('Asia/Shanghai');
  if (virtual === undefined || zone === undefined) return expect.unreachable('there is no meter');
  return {
    bus: link.bus,
    meter: { id: 'm1', address, zone, password, operatorCode: '00000007' },
    virtual,
    heard: (control) =>
      readFrames(files.log)
        .map((frame) => frame.control)
        .filter((one) => one === control),
  };
}
