/** Relay orders to State Grid meters behind a socket: refused in plaintext, obeyed when a signer has sealed them, each frame sent once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { zoneNamed } from '../../simulators/meter/dial.ts';
import { runSimulation } from '../../simulators/simulate.ts';
import { openLink } from '../../src/cli/link.ts';
import type { Signer } from '../../src/core/ports/signer.ts';
import { createDlt645Driver } from '../../src/drivers/dlt645/driver.ts';
import type { DriverMeter } from '../../src/drivers/driver.ts';
import { plusMs, systemClock } from '../../src/kernel/clock.ts';
import { ok } from '../../src/kernel/result.ts';
import { createSoftwareSigner } from '../../src/signers/software/software-signer.ts';
import { readFrames } from '../support/frame-log.ts';

const NOW = { priority: 'on-demand' } as const;
const signer = createSoftwareSigner();

async function stateGridMeter(...faults: readonly Readonly<Record<string, string | number>>[]) {
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
    plain,
    sealedBy,
    operate: (meter: DriverMeter, action: 'trip' | 'close' | 'arm') =>
      driver.operateRelay(meter, { action, expiresAt: plusMs(systemClock.now(), 60_000) }, NOW),
    relay: async () => {
      const report = await driver.readRelay(plain, NOW);
      return report.ok ? report.value.relay : report.error.code;
    },
    /** Functions 03 and 1C in the order in which the meter heard them. */
    heard: () =>
      readFrames(files.log)
        .map(({ control }) => control)
        .filter((control) => control === '03' || control === '1C'),
  };
}

/** What leaves the real double, with its seal spoiled on the way. */
const spoiled: Signer = {
  ...signer,
  async sealRelay(session, order) {
    const sealed = await signer.sealRelay(session, order);
    return sealed.ok ? ok({ ...sealed.value, mac: sealed.value.mac.map((byte) => byte ^ 0xff) }) : sealed;
  },
};

const refusedOnce = { ok: false, error: { code: 'meter-refused', sent: true, protocolError: 'wrong password or not authorised' } };

describe('A State Grid meter', () => {
  test('refuses a plaintext trip with its reason, and obeys the same trip once it is sealed', async () => {
    const { plain, sealedBy, operate, relay, heard } = await stateGridMeter();
    expect(await operate(plain, 'trip')).toEqual({
      ok: false,
      error: { code: 'wrong-password', sent: true, protocolError: 'wrong password or not authorised' },
    });
    expect(await relay()).toBe('closed');
    expect(await operate(sealedBy(signer), 'trip')).toEqual({ ok: true, value: 'accepted' });
    expect(await relay()).toBe('open');
    expect(await operate(sealedBy(signer), 'arm')).toEqual({ ok: true, value: 'accepted' });
    expect(await relay()).toBe('armed');
    expect(await operate(sealedBy(signer), 'close')).toEqual({ ok: true, value: 'accepted' });
    expect(await relay()).toBe('closed');
    expect(heard()).toEqual(['1C', '03', '1C', '03', '1C', '03', '1C']);
  });

  test('is never shown a seal twice that it has refused, and ends the talk at the third', async () => {
    const { sealedBy, operate, relay, heard } = await stateGridMeter();
    for (let attempt = 0; attempt < 3; attempt++) expect(await operate(sealedBy(spoiled), 'trip')).toEqual(refusedOnce);
    expect(heard()).toEqual(['03', '1C', '03', '1C', '03', '1C']);
    expect(await operate(sealedBy(signer), 'trip')).toEqual({
      ok: false,
      error: { code: 'meter-refused', sent: false, protocolError: 'no session begun: remote control is suspended' },
    });
    expect(heard().at(-1)).toBe('03');
    expect(await relay()).toBe('closed');
  });

  test('hears a sealed trip whose answer is lost once, and is found open', async () => {
    const { sealedBy, operate, relay, heard } = await stateGridMeter({ kind: 'lostReply', on: 'relay' });
    expect(await operate(sealedBy(signer), 'trip')).toMatchObject({ ok: false, error: { code: 'no-reply', sent: true } });
    expect(await relay()).toBe('open');
    expect(heard()).toEqual(['03', '1C']);
  });

  test('gets no relay frame where the answer to the authentication is lost', async () => {
    const { sealedBy, operate, heard } = await stateGridMeter({ kind: 'lostReply', limit: 1 });
    expect(await operate(sealedBy(signer), 'trip')).toMatchObject({ ok: false, error: { code: 'no-reply', sent: false } });
    expect(heard()).toEqual(['03']);
  });

  test('gets no relay frame where it does not believe the proof', async () => {
    const { sealedBy, operate, heard } = await stateGridMeter();
    const stranger: Signer = { ...signer, authenticate: (meter) => signer.authenticate({ ...meter, address: '000000000001' }) };
    expect(await operate(sealedBy(stranger), 'trip')).toEqual({
      ok: false,
      error: { code: 'meter-refused', sent: false, protocolError: 'no session begun: identity authentication failed' },
    });
    expect(heard()).toEqual(['03']);
  });

  test('hears nothing at all of the software signer where its line is not called simulated', async () => {
    const { sealedBy, operate, heard } = await stateGridMeter();
    expect(await operate(sealedBy(signer, false), 'trip')).toMatchObject({
      ok: false,
      error: { code: 'unsupported-action', sent: false, protocolError: expect.stringContaining('test keys only') },
    });
    expect(heard()).toEqual([]);
  });
});
