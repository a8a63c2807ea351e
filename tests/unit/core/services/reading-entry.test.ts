import { expect, test } from 'vitest';
import { energyOfRate } from '../../../../src/core/model/register.ts';
import { asId } from '../../../../src/kernel/ids.ts';
import { FLAT, instant, kwh, METER, planOf } from '../../../support/core-facts.ts';
import { createWorld } from '../../../support/core-world.ts';

test('a reading is entered for a register of any tariff that the place has had, and for no other', async () => {
  const world = await createWorld();
  const periods = planOf('periods', { 'energy:peak': '0.6', 'energy:valley': '0.3' });
  world.configure({ ...world.terms, planOf: (id) => (id === 'periods' ? periods : FLAT) });
  const enter = (rate: number) =>
    world.readingEntry.enter({
      meterId: METER.id,
      register: energyOfRate(rate),
      value: kwh('40'),
      measuredAt: instant('2026-11-24T11:00:00Z'),
      reason: 'read on site',
      idempotencyKey: `rate-${rate}`,
      actor: asId('engineer'),
    });
  expect(await enter(2)).toEqual({
    ok: false,
    error: { code: 'bad-request', expected: 'one that is charged there: 1-0:1.8.0' },
  });
  await world.commit({
    kind: 'archiveChange',
    change: {
      subject: 'meterPoint:p1',
      at: world.clock.now(),
      actor: asId('clerk'),
      reason: 'contract',
      aspects: [
        {
          aspect: 'tariff',
          periods: [
            { from: instant('2026-10-31T16:00:00Z'), to: instant('2026-11-20T16:00:00Z'), value: { tariff: 'periods' } },
            { from: instant('2026-11-20T16:00:00Z'), value: { tariff: 'flat' } },
          ],
        },
      ],
    },
  });
  expect(await enter(2)).toMatchObject({ ok: true });
  expect(await enter(3)).toEqual({
    ok: false,
    error: { code: 'bad-request', expected: 'one that is charged there: 1-0:1.8.0, 1-0:1.8.2, 1-0:1.8.4' },
  });
});
