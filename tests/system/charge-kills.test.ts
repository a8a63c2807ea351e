import { expect, test } from 'vitest';
import { runChargeKills } from './charge-kills.ts';

test('20 kills during charge runs and settlements leave the same journal and the same bills, without a repair', async () => {
  const report = await runChargeKills({ kills: 20, seed: 11 });
  expect(report).toMatchObject({ kills: 20, lost: [], differences: [], violations: 0 });
  expect(report.acknowledged).toBeGreaterThan(400);
});
