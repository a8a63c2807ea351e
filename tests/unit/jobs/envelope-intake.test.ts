import { describe, expect, test } from 'vitest';
import { createEnvelopeIntake, type EnvelopeIntakeDeps } from '../../../src/jobs/envelope-intake.ts';
import { plusMs } from '../../../src/kernel/clock.ts';
import { EVENING, METER, POINT, SHANGHAI } from '../../support/core-facts.ts';
import { createWorld } from '../../support/core-world.ts';
import { envelopeWith, goodSample, goodValue } from '../../support/envelopes.ts';
import { createNotebook } from '../../support/notebook.ts';

async function takingWorld(more: Partial<EnvelopeIntakeDeps> = {}) {
  const world = await createWorld();
  const notebook = createNotebook();
  const results: string[] = [];
  const intake = createEnvelopeIntake({
    meters: [{ concentrator: 'C1', port: 1, address: METER.address, meterPointId: POINT.id, zone: SHANGHAI }],
    metering: world.metering,
    clock: world.clock,
    logger: notebook.logger,
    onEnvelope: (result, missing) => results.push(missing === 0 ? result : `${result}, ${missing} missing`),
    ...more,
  });
  const push = (seq: number, ...samples: readonly object[]) =>
    intake.take('C1', envelopeWith({ seq, samples: samples.map((sample) => ({ ...goodSample, ...sample })) }));
  const readings = async () =>
    (await world.store.read('readings', { meterId: METER.id, limit: 100 })).items.map(({ value, quality, measuredAt, reason }) => ({
      value,
      quality,
      afterMs: measuredAt - EVENING,
      reason,
    }));
  return { world, notebook, results, intake, push, readings };
}

/** A sample so many seconds after the evening began, by the concentrator's clock alone. */
const sampleAt = (seconds: number, value: string, more: object = {}) => ({
  readAt: new Date(plusMs(EVENING, seconds * 1000)).toISOString(),
  meterTime: undefined,
  values: [{ ...goodValue, value, ...more }],
});

describe('What a concentrator pushes', () => {
  test('is read, judged and charged like a poll', async () => {
    const { world, results, push, readings } = await takingWorld();
    await world.pay('20');
    await world.clock.advance(3_600_000);
    expect(await push(0, sampleAt(0, '100.00'))).toBe(true);
    expect(await push(1, sampleAt(3600, '101.24'))).toBe(true);
    expect(await readings()).toMatchObject([
      { value: 101_240_000n, quality: 'good', afterMs: 3_600_000 },
      { value: 100_000_000n, quality: 'good', afterMs: 0 },
    ]);
    expect((await world.facts()).accrual).toMatchObject({ accrued: 620_000n });
    expect(results).toEqual(['stored', 'stored']);
  });

  test('is measured when the meter’s own clock says, in the zone of its place', async () => {
    const { world, push, readings } = await takingWorld();
    await world.clock.advance(60_000);
    await push(0, { ...sampleAt(60, '100.00'), meterTime: '2026-11-24T19:45:00' });
    expect(await readings()).toMatchObject([{ afterMs: -900_000 }]);
  });

  test('has no double effect when it comes again', async () => {
    const { world, push, readings } = await takingWorld();
    await world.pay('20');
    await world.clock.advance(7_200_000);
    const samples = [sampleAt(0, '100.00'), sampleAt(3600, '101.00'), sampleAt(7200, '102.00')];
    await push(0, ...samples);
    const before = await world.facts();
    for (let again = 0; again < 3; again++) expect(await push(0, ...samples)).toBe(true);
    expect(await readings()).toHaveLength(3);
    const after = await world.facts();
    expect([after.accrual, after.account.balance]).toEqual([before.accrual, before.account.balance]);
  });

  test('that comes late is judged between its neighbours and moves no charge back', async () => {
    const { world, push, readings } = await takingWorld();
    await world.clock.advance(7_200_000);
    await push(0, sampleAt(0, '100.00'));
    await push(2, sampleAt(7200, '102.00'));
    await push(1, sampleAt(3600, '101.00'));
    await push(3, sampleAt(1800, '105.00'));
    expect(await readings()).toEqual([
      { value: 102_000_000n, quality: 'good', afterMs: 7_200_000, reason: '' },
      { value: 101_000_000n, quality: 'good', afterMs: 3_600_000, reason: '' },
      {
        value: 105_000_000n,
        quality: 'rejected',
        afterMs: 1_800_000,
        reason: 'a later reading says otherwise: went back without a plausible roll-over',
      },
      { value: 100_000_000n, quality: 'good', afterMs: 0, reason: '' },
    ]);
    expect((await world.facts()).accrual).toMatchObject({ accrued: 1_000_000n });
  });

  test('and is doubted by the concentrator charges nobody', async () => {
    const { world, push, readings } = await takingWorld();
    await world.clock.advance(3_600_000);
    await push(0, sampleAt(0, '100.00'));
    await push(1, sampleAt(3600, '101.00', { quality: 'suspect' }));
    expect((await readings())[0]).toMatchObject({ quality: 'suspect', reason: 'the concentrator doubts it' });
    expect((await world.facts()).accrual).toMatchObject({ accrued: 0n });
  });

  test('by a clock that is ahead is not taken, and shuts out nothing that comes in time', async () => {
    const { world, notebook, push, readings } = await takingWorld();
    await push(0, sampleAt(0, '100.00'));
    await push(1, sampleAt(86_400, '500.00'));
    await push(2, { ...sampleAt(0, '500.00'), meterTime: '2027-11-24T20:00:00' });
    await world.clock.advance(60_000);
    await push(3, sampleAt(60, '100.01'));
    expect((await readings()).map(({ value }) => value)).toEqual([100_010_000n, 100_000_000n]);
    expect(notebook.times('samples were not taken')).toBe(2);
  });

  test('for a meter that nobody configured is told, and the others are taken', async () => {
    const { notebook, push, readings } = await takingWorld();
    expect(await push(0, { ...sampleAt(0, '7.00'), meter: '999' }, { ...sampleAt(0, '8.00'), port: 2 }, sampleAt(0, '100.00'))).toBe(true);
    expect(await readings()).toHaveLength(1);
    expect(await notebook.wrote('samples were not taken')).toMatchObject({
      count: 2,
      sample: 'samples[0]',
      meter: '999',
      reason: 'no meter of the configuration has this port and address',
    });
  });

  test('and cannot be read is dropped with the field that is wrong', async () => {
    const { notebook, results, intake, push } = await takingWorld();
    expect(await push(0, sampleAt(0, 'much'))).toBe(true);
    expect(await intake.take('C1', 'hello')).toBe(true);
    expect(await notebook.wrote('an envelope cannot be read and is dropped')).toMatchObject({
      concentrator: 'C1',
      path: 'samples[0].values[0].value',
      found: '"much"',
    });
    expect(results).toEqual(['refused', 'refused']);
  });

  test('is missed where its sequence has a gap', async () => {
    const { notebook, results, push } = await takingWorld();
    await push(4, sampleAt(0, '100.00'));
    await push(7, sampleAt(0, '100.00'));
    expect(results).toEqual(['stored', 'stored, 2 missing']);
    expect(await notebook.wrote('envelopes of a concentrator have not come')).toMatchObject({ concentrator: 'C1', seq: 7, missing: 2 });
  });

  test('and is not stored is not acknowledged', async () => {
    const refusing = await takingWorld({ metering: { record: async () => false } });
    expect(await refusing.push(0, sampleAt(0, '100.00'))).toBe(false);
    expect(refusing.results).toEqual(['not-stored']);
    const broken = await takingWorld({ metering: { record: () => Promise.reject(new TypeError('the disk is gone')) } });
    expect(await broken.push(0, sampleAt(0, '100.00'))).toBe(false);
    await broken.intake.stop();
    expect(await broken.push(0, sampleAt(0, '100.00'))).toBe(false);
  });

  test('is no proof of what a relay did: a command is confirmed by reading back', async () => {
    const { world, push } = await takingWorld();
    await world.exhaust();
    await world.poll();
    const command = await world.openCommand();
    world.meter.fates.push('reply-lost');
    world.meter.silent = true;
    await world.run(2);
    const before = await world.command(command.id);
    await world.clock.advance(1000);
    await push(0, {
      ...sampleAt(3601, '103.00'),
      values: [
        { ...goodValue, value: '103.00' },
        { register: '1-0:16.7.0', value: '0.0000', unit: 'kW', quality: 'good' },
        { register: 'dlt645:04000503', value: '50', unit: 'bits', quality: 'good' },
      ],
    });
    expect((await world.command(command.id)).command.state).toBe(before.command.state);
    expect(before.command.state).not.toBe('confirmed');
    expect((await world.facts()).relay.reported).toBe('closed');
    world.meter.silent = false;
    await world.clock.advance(5_000);
    await world.run();
    expect((await world.command(command.id)).command.state).toBe('confirmed');
  });
});
