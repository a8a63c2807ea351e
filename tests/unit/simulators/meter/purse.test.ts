import { describe, expect, test } from 'vitest';
import {
  type Request,
  readAuthenticationAnswer,
  readPurseStatus,
  refusalTexts,
  SECURITY_DI,
  writeAuthentication,
  writePurse,
} from '../../../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../../../src/kernel/bytes.ts';
import { fen } from '../../../../src/kernel/units.ts';
import { createSoftwareSigner } from '../../../../src/signers/software/software-signer.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { ADDRESS, meterOf, START } from '../line-in-memory.ts';

const signer = createSoftwareSigner();
const METER = { address: ADDRESS, simulatedLine: true };
const CUSTOMER = '000000123456';
const security = (di: string, body: Uint8Array): Request => ({ kind: 'security', di, operator: '00000001', body });

interface Asked {
  readonly amountFen: bigint;
  readonly count: number;
  readonly customer?: string;
}

/** A State Grid meter with a session begun by the software signer. */
async function meterInSession() {
  const meter = meterOf({ clock: createManualClock(START), profile: 'state-grid', password: '04123456' });
  const proof = await signer.authenticate(METER);
  const begun = proof.ok ? meter.answer(security(SECURITY_DI.authenticate, writeAuthentication(proof.value)), 'own') : undefined;
  const answer = begun?.kind === 'security' ? readAuthenticationAnswer(begun.body) : undefined;
  if (answer?.ok !== true) throw new Error('no session');
  const session = { meter: METER, ...answer.value };

  /** `taken`, or what the meter says against it. */
  const told = (request: Request) => {
    const reply = meter.answer(request, 'own');
    return reply?.kind === 'refused' ? refusalTexts(reply).join(', ') : reply?.kind === 'security' ? 'taken' : reply;
  };
  const purchase = async (act: 'openAccount' | 'recharge', { amountFen, count, customer = CUSTOMER }: Asked) => {
    const sealed = await signer[act](session, { amount: fen(amountFen), count, customer });
    if (!sealed.ok) throw new Error(sealed.error.reason);
    return told(security(SECURITY_DI[act], writePurse({ amountFen, count, customer, ...sealed.value })));
  };
  return {
    told,
    open: (asked: Asked) => purchase('openAccount', asked),
    recharge: (asked: Asked) => purchase('recharge', asked),
    status: () => {
      const reply = meter.answer(security(SECURITY_DI.status, new Uint8Array(0)), 'own');
      const read = reply?.kind === 'security' ? readPurseStatus(reply.body) : undefined;
      return read?.ok === true ? [read.value.amountFen, read.value.count, read.value.customer] : reply;
    },
    /** 00900200, XXXXXX.XX, low byte first. */
    remaining: () => {
      const reply = meter.answer({ kind: 'read', di: '00900200' }, 'own');
      return reply?.kind === 'read' ? toHex(reply.value) : reply;
    },
  };
}

describe('the purse of a State Grid meter', () => {
  test('is opened once and then recharged, and shows what it holds', async () => {
    const { open, recharge, status, remaining } = await meterInSession();
    expect(status()).toEqual([0n, 0, '000000000000']);
    expect(await open({ amountFen: 10_000n, count: 1 })).toBe('taken');
    expect(await recharge({ amountFen: 2_550n, count: 2 })).toBe('taken');
    expect(status()).toEqual([12_550n, 2, CUSTOMER]);
    expect(remaining()).toBe('50250100');
  });

  test('takes one purchase more than it has, knows the last one again, and no other', async () => {
    const { open, recharge, status } = await meterInSession();
    await open({ amountFen: 100n, count: 0 });
    expect(await recharge({ amountFen: 100n, count: 1 })).toBe('taken');
    expect(await recharge({ amountFen: 100n, count: 1 })).toBe('recharge is a duplicate');
    expect(await recharge({ amountFen: 100n, count: 0 })).toBe('wrong recharge count');
    expect(await recharge({ amountFen: 100n, count: 3 })).toBe('wrong recharge count');
    expect(status()).toEqual([200n, 1, CUSTOMER]);
  });

  test('is opened with a count of none or one only, and not twice', async () => {
    const { open, status } = await meterInSession();
    expect(await open({ amountFen: 100n, count: 2 })).toBe('wrong recharge count');
    expect(await open({ amountFen: 100n, count: 1 })).toBe('taken');
    expect(await open({ amountFen: 100n, count: 1 })).toBe('recharge is a duplicate');
    expect(await open({ amountFen: 100n, count: 0 })).toBe('wrong recharge count');
    expect(status()).toEqual([100n, 1, CUSTOMER]);
  });

  test('takes nothing before it is opened, for another customer, or beyond what its register shows', async () => {
    const { open, recharge, status } = await meterInSession();
    expect(await recharge({ amountFen: 100n, count: 1 })).toBe('other error');
    await open({ amountFen: 99_999_998n, count: 1 });
    expect(await recharge({ amountFen: 1n, count: 2, customer: '000000123457' })).toBe('customer number does not match');
    expect(await recharge({ amountFen: 2n, count: 2 })).toBe('recharge would hoard too much');
    expect(await recharge({ amountFen: 1n, count: 2 })).toBe('taken');
    expect(status()).toEqual([99_999_999n, 2, CUSTOMER]);
  });

  test('takes the MACs that openssl makes of amount and count, and of the customer, and no others', async () => {
    const { told, status } = await meterInSession();
    // sm4-cbc under 04F8BD4CF25B57854DDC8C24F58586D6, -iv 3FDBD1FB and zeros: of 10270000 01000000 and of 563412000000, each with 80 and zeros
    const opening = (mac: string, customerMac: string) =>
      security(SECURITY_DI.openAccount, fromHex(`1027000001000000 ${mac} 563412000000 ${customerMac}`) ?? new Uint8Array(0));
    expect(told(opening('F9F2AA4F', '5435D442'))).toBe('ESAM verification failed');
    expect(told(opening('F9F2AA4E', '5435D443'))).toBe('ESAM verification failed');
    expect(status()).toEqual([0n, 0, '000000000000']);
    expect(told(opening('F9F2AA4E', '5435D442'))).toBe('taken');
    expect(status()).toEqual([10_000n, 1, CUSTOMER]);
  });

  test('is closed to whoever has begun no session', () => {
    const meter = meterOf({ clock: createManualClock(START), profile: 'state-grid', password: '04123456' });
    for (const di of [SECURITY_DI.openAccount, SECURITY_DI.recharge, SECURITY_DI.status])
      expect(meter.answer(security(di, new Uint8Array(0)), 'own')).toMatchObject({ kind: 'refused', error: 0x08 });
  });
});
