import { expect, test } from 'vitest';
import { runKills } from './kills.ts';

const SEED = Number(process.env.FEIKONG_SEED ?? 20261124);

test(`ten kills of the gateway lose no acknowledged payment and repeat no relay frame unread (seed ${SEED})`, async () => {
  const report = await runKills({ kills: 10, seed: SEED });
  expect(report.acknowledged).toBeGreaterThan(20);
  expect(report.relayFrames).toBeGreaterThan(0);
  expect(report).toMatchObject({ lost: [], doubled: [], repeatedWithoutReadBack: [] });
  expect(report.checkExit, report.checkSaid).toBe(0);
});
