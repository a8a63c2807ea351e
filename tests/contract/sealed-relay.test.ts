/** Relay orders to State Grid meters behind a socket: refused in plaintext, obeyed when a signer has sealed them, each frame sent once. */
import { describe, expect, test } from 'vitest';
import { CLOCK_DATE, CLOCK_TIME } from '../../src/core/model/register.ts';
import type { Signer } from '../../src/core/ports/signer.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { fromLocalTime, parseLocalTime } from '../../src/kernel/local-time.ts';
import { ok } from '../../src/kernel/result.ts';
import { NOW, signer, stateGridMeter, stateGridMeterWith } from '../support/state-grid-meter.ts';

/** What leaves the real double, with its seal spoiled on the way. */
const spoiled: Signer = {
  ...signer,
  async sealRelay(session, order) {
    const sealed = await signer.sealRelay(session, order);
    return sealed.ok ? ok({ ...sealed.value, mac: sealed.value.mac.map((byte) => byte ^ 0xff) }) : sealed;
  },
};

const AUTHENTICATION = '070000FF';

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
    expect(heard()).toEqual(['1C', AUTHENTICATION, '1C', AUTHENTICATION, '1C', AUTHENTICATION, '1C']);
  });

  test('is never shown a seal twice that it has refused, and ends the talk at the third', async () => {
    const { sealedBy, operate, relay, heard } = await stateGridMeter();
    for (let attempt = 0; attempt < 3; attempt++) expect(await operate(sealedBy(spoiled), 'trip')).toEqual(refusedOnce);
    expect(heard()).toEqual([AUTHENTICATION, '1C', AUTHENTICATION, '1C', AUTHENTICATION, '1C']);
    expect(await operate(sealedBy(signer), 'trip')).toEqual({
      ok: false,
      error: { code: 'meter-refused', sent: false, protocolError: 'no session begun: remote control is suspended' },
    });
    expect(heard().at(-1)).toBe(AUTHENTICATION);
    expect(await relay()).toBe('closed');
  });

  test('hears a sealed trip whose answer is lost once, and is found open', async () => {
    const { sealedBy, operate, relay, heard } = await stateGridMeter({ kind: 'lostReply', on: 'relay' });
    expect(await operate(sealedBy(signer), 'trip')).toMatchObject({ ok: false, error: { code: 'no-reply', sent: true } });
    expect(await relay()).toBe('open');
    expect(heard()).toEqual([AUTHENTICATION, '1C']);
  });

  test('gets no relay frame where the answer to the authentication is lost', async () => {
    const { sealedBy, operate, heard } = await stateGridMeter({ kind: 'lostReply', limit: 1 });
    expect(await operate(sealedBy(signer), 'trip')).toMatchObject({ ok: false, error: { code: 'no-reply', sent: false } });
    expect(heard()).toEqual([AUTHENTICATION]);
  });

  test('gets no relay frame where it does not believe the proof', async () => {
    const { sealedBy, operate, heard } = await stateGridMeter();
    const stranger: Signer = { ...signer, authenticate: (meter) => signer.authenticate({ ...meter, address: '000000000001' }) };
    expect(await operate(sealedBy(stranger), 'trip')).toEqual({
      ok: false,
      error: { code: 'meter-refused', sent: false, protocolError: 'no session begun: identity authentication failed' },
    });
    expect(heard()).toEqual([AUTHENTICATION]);
  });

  test('hears nothing at all of the software signer where its line is not called simulated', async () => {
    const { sealedBy, operate, heard } = await stateGridMeter();
    expect(await operate(sealedBy(signer, false), 'trip')).toMatchObject({
      ok: false,
      error: { code: 'unsupported-action', sent: false, protocolError: expect.stringContaining('test keys only') },
    });
    expect(heard()).toEqual([]);
  });

  test('shows its own clock, by which it judges deadlines: one that is two hours ahead refuses what is in time', async () => {
    const { driver, plain, sealedBy, operate, relay } = await stateGridMeterWith({ clockOffsetMs: 7_200_000 });
    const answer = await driver.readRegisters(plain, [CLOCK_DATE, CLOCK_TIME], NOW);
    const [date, time] = answer.ok ? answer.value : [];
    const local = parseLocalTime(`${date?.text}T${time?.text}`);
    const aheadMs = local === undefined ? 0 : fromLocalTime(local, plain.zone) - systemClock.now();
    expect(Math.round(aheadMs / 60_000)).toBeGreaterThanOrEqual(119);
    expect(await operate(sealedBy(signer), 'close')).toEqual({
      ok: false,
      error: { code: 'meter-refused', sent: true, protocolError: 'other error' },
    });
    expect(await relay()).toBe('closed');
  });
});
