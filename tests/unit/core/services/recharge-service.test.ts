import { describe, expect, test } from 'vitest';
import { asId } from '../../../../src/kernel/ids.ts';
import { createWorld } from '../../../support/core-world.ts';

const code = (outcome: { ok: boolean; error?: { code: string } }) => outcome.error?.code;

describe('asking for a recharge', () => {
  test('a key that is used again answers with the first one, and refuses other content', async () => {
    const world = await createWorld();
    const first = await world.recharge('50', { idempotencyKey: 'k' });
    const again = await world.recharge('50', { idempotencyKey: 'k' });
    expect(first).toMatchObject({ ok: true, value: { replayed: false, value: { state: 'queued', version: 1 } } });
    expect(again).toMatchObject({ ok: true, value: { replayed: true } });
    expect(again.ok && again.value.value.id).toBe(first.ok && first.value.value.id);
    expect(code(await world.recharge('51', { idempotencyKey: 'k' }))).toBe('idempotency-mismatch');
  });

  test('one recharge of a meter at a time: the next may come when it has ended', async () => {
    const world = await createWorld();
    await world.recharge('20', { kind: 'opening' });
    expect(code(await world.recharge('50'))).toBe('recharge-under-way');
    await world.runRecharge();
    expect(await world.recharge('50')).toMatchObject({ ok: true });
  });

  test('no meter, no purse and no time left are told apart', async () => {
    const world = await createWorld();
    expect(code(await world.recharge('50', { meterId: asId('nobody') }))).toBe('not-found');
    expect(code(await world.recharge('50', { expiresAt: world.clock.now() }))).toBe('command-expired');
    world.purse.exists = false;
    expect(code(await world.recharge('50'))).toBe('unsupported-action');
  });

  test('one that waits can be withdrawn, one whose frame may be on its way cannot', async () => {
    const world = await createWorld();
    await world.recharge('20', { kind: 'opening' });
    const { recharge } = await world.newestRecharge();
    expect(await world.recharges.cancel(recharge.id, asId('teller'))).toMatchObject({
      ok: true,
      value: { state: 'cancelled', version: 2 },
    });
    await world.recharge('20', { kind: 'opening' });
    world.purse.fates.push('request-lost');
    await world.runRecharge(1);
    expect(code(await world.recharges.cancel((await world.newestRecharge()).recharge.id, asId('teller')))).toBe('command-finished');
  });
});
