import { expect, test } from 'vitest';
import { startSettlementJob } from '../../../src/jobs/settlement-job.ts';
import { asId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { CONTRACT_ASPECTS, changeOf } from '../../support/archive-facts.ts';
import { instant, POINT, yuan } from '../../support/core-facts.ts';
import { createWorld } from '../../support/core-world.ts';

test('the settlement job issues the bill of a month, pays it from own money, and within a minute from what comes free', async () => {
  const world = await createWorld({ rules: { freshnessMs: 90 * 86_400_000 } });
  const terms = { ...CONTRACT_ASPECTS.terms, settlementMethod: 'after-reading' } as const;
  await world.commit(
    { kind: 'archiveChange', change: changeOf('contract:ht1', { terms }) },
    { kind: 'archiveChange', change: changeOf('meterPoint:p1', { contract: { contractId: asId('ht1') } }) },
  );
  await world.poll();
  await world.pay('30');
  const held = await world.holds.place({
    ...{ accountId: POINT.accountId, amount: yuan('25'), reason: 'refund', idempotencyKey: 'h', actor: asId('clerk') },
    expiresAt: instant('2026-12-20T00:00:00Z'),
  });
  world.meter.register += 4_000n;
  await world.clock.advance(instant('2026-11-30T16:00:00Z') - world.clock.now());
  await world.poll();
  const owed = async () => (await world.store.read('account', { accountId: POINT.accountId }))?.funds.receivable;
  const job = startSettlementJob({ settlement: world.settlement, clock: world.clock, logger: silentLogger });
  await world.clock.advance(1_000);
  // 40 kWh at 0.50 are 20.00; of 30.00 five are free.
  expect([await world.balance(), await owed()]).toEqual([yuan('25'), yuan('-15')]);
  await world.holds.void({ holdId: held.ok ? held.value.value.id : asId('none'), idempotencyKey: 'v', actor: asId('clerk') });
  await world.clock.advance(60_000);
  expect([await world.balance(), await owed()]).toEqual([yuan('10'), 0n]);
  await job.stop();
});
