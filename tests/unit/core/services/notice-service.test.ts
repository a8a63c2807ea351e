import { describe, expect, test } from 'vitest';
import type { Notice } from '../../../../src/core/model/notice.ts';
import { createNoticeService } from '../../../../src/core/services/notice-service.ts';
import { err, ok } from '../../../../src/kernel/result.ts';
import { noticeOf } from '../../../support/core-facts.ts';
import { createWorld } from '../../../support/core-world.ts';

const queued = noticeOf('low-balance', { state: 'queued', settledAt: undefined, receipt: undefined, crossing: 0 });
const stored = async (notice: Notice = queued) => {
  const world = await createWorld();
  await world.commit(
    { kind: 'crossing', crossing: { meterPointId: notice.meterPointId, number: 0, below: true, at: world.clock.now() } },
    { kind: 'notice', notice },
  );
  return world;
};

describe('queued notices', () => {
  test('are handed out once, and the receipt is kept', async () => {
    const world = await stored();
    expect(await world.notices.deliverQueued()).toBe(1);
    expect(await world.notices.deliverQueued()).toBe(0);
    expect((await world.facts()).notices).toMatchObject([
      { state: 'delivered', receipt: 'received ntc_low-balance', settledAt: world.clock.now() },
    ]);
  });

  test('that the channel does not take have failed, with its reason', async () => {
    const world = await stored();
    const notices = createNoticeService({
      store: world.store,
      clock: world.clock,
      notifier: { simulated: false, deliver: async () => err({ code: 'not-delivered', reason: 'no such number' }) },
    });
    await notices.deliverQueued();
    expect((await world.facts()).notices).toMatchObject([{ state: 'failed', receipt: 'no such number' }]);
  });

  test('are not handed out again while their receipt cannot be stored', async () => {
    const world = await stored();
    let delivered = 0;
    let full = true;
    const notices = createNoticeService({
      store: { ...world.store, commit: async (batch) => (full ? { status: 'refused', code: 'no-space' } : world.store.commit(batch)) },
      clock: world.clock,
      notifier: { simulated: false, deliver: async () => ok({ receipt: `receipt ${++delivered}` }) },
    });
    for (let round = 0; round < 5; round++) expect(await notices.deliverQueued()).toBe(0);
    full = false;
    expect(await notices.deliverQueued()).toBe(1);
    expect((await world.facts()).notices).toMatchObject([{ state: 'delivered', receipt: 'receipt 1' }]);
  });
});
