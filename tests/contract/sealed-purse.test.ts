/** Purses of State Grid meters behind a socket: what is written is sealed in a session of its own, and each frame is sent once. */
import { describe, expect, test } from 'vitest';
import type { Signer } from '../../src/core/ports/signer.ts';
import type { DriverMeter } from '../../src/drivers/driver.ts';
import { createPurseGateway } from '../../src/drivers/purse-gateway.ts';
import { asId, type MeterId } from '../../src/kernel/ids.ts';
import { ok } from '../../src/kernel/result.ts';
import { yuan } from '../support/core-facts.ts';
import { type Fault, NOW, signer, stateGridMeter } from '../support/state-grid-meter.ts';

const METER = asId<MeterId>('m1');
const CUSTOMER = '000000004711';

async function purseOf(by: Signer = signer, ...faults: readonly Fault[]) {
  const { driver, sealedBy, plain, heard } = await stateGridMeter(...faults);
  const through = (meter: DriverMeter) => createPurseGateway(new Map([[METER, { meter, driver }]]));
  const purses = through(sealedBy(by));
  const fill = (kind: 'opening' | 'recharge', amount: string, count: number, customer = CUSTOMER) =>
    purses.fillPurse(METER, { kind, amount: yuan(amount), count, customer }, NOW);
  return { purses, unsealed: through(plain), read: () => purses.readPurse(METER, NOW), fill, heard };
}

const accepted = { ok: true, value: 'accepted' };
const refused = (protocolError: string) => ({ ok: false, error: { code: 'meter-refused', sent: true, protocolError } });

/** What leaves the real double, with its seal spoiled on the way. */
const spoiled: Signer = {
  ...signer,
  async recharge(session, purchase) {
    const sealed = await signer.recharge(session, purchase);
    return sealed.ok ? ok({ ...sealed.value, mac: sealed.value.mac.map((byte) => byte ^ 0xff) }) : sealed;
  },
};

describe('The purse of a State Grid meter', () => {
  test('is read, opened and recharged, and its count goes up by one each time', async () => {
    const { read, fill, heard } = await purseOf();
    expect(await read()).toMatchObject({ ok: true, value: { balance: yuan('0'), count: 0, customer: '000000000000' } });
    expect(await fill('opening', '20.00', 1)).toEqual(accepted);
    expect(await fill('recharge', '50.05', 2)).toEqual(accepted);
    expect(await read()).toMatchObject({
      ok: true,
      value: { balance: yuan('70.05'), count: 2, customer: CUSTOMER, evidence: 'dlt645:078102FF' },
    });
    expect(heard()).toEqual(['070000FF', '078102FF', '070000FF', '070101FF', '070000FF', '070102FF', '070000FF', '078102FF']);
  });

  test('tells a purchase that it has already from one that it cannot take', async () => {
    const { read, fill } = await purseOf();
    await fill('opening', '20.00', 1);
    expect(await fill('recharge', '50.00', 1)).toEqual({ ok: true, value: 'duplicate' });
    expect(await fill('recharge', '50.00', 3)).toEqual(refused('wrong recharge count'));
    expect(await fill('recharge', '50.00', 2, '000000000815')).toEqual(refused('customer number does not match'));
    expect(await fill('recharge', '1000000.00', 2)).toEqual(refused('recharge would hoard too much'));
    expect(await read()).toMatchObject({ ok: true, value: { balance: yuan('20'), count: 1 } });
  });

  test('refuses a spoiled seal with its reason, hears it once, and takes nothing', async () => {
    const { read, fill, heard } = await purseOf(spoiled);
    await fill('opening', '20.00', 1);
    expect(await fill('recharge', '50.00', 2)).toEqual(refused('ESAM verification failed'));
    expect(heard().filter((di) => di === '070102FF')).toHaveLength(1);
    expect(await read()).toMatchObject({ ok: true, value: { count: 1 } });
  });

  test('has what a recharge wrote whose answer is lost', async () => {
    const { read, fill } = await purseOf(signer, { kind: 'lostReply', on: 'security', skip: 3, limit: 1 });
    await fill('opening', '20.00', 1);
    expect(await fill('recharge', '50.00', 2)).toMatchObject({ ok: false, error: { code: 'no-reply', sent: true } });
    expect(await read()).toMatchObject({ ok: true, value: { balance: yuan('70'), count: 2 } });
  });

  test('gets no order where the answer to the authentication is lost', async () => {
    const { fill, heard } = await purseOf(signer, { kind: 'lostReply', on: 'security', limit: 1 });
    expect(await fill('opening', '20.00', 1)).toMatchObject({ ok: false, error: { code: 'no-reply', sent: false } });
    expect(heard()).toEqual(['070000FF']);
  });

  test('is none where nobody seals for the meter', async () => {
    const { unsealed, purses } = await purseOf();
    expect([purses.hasPurse(METER), unsealed.hasPurse(METER)]).toEqual([true, false]);
    expect(await unsealed.readPurse(METER, NOW)).toMatchObject({ ok: false, error: { code: 'unsupported-action', sent: false } });
  });
});
