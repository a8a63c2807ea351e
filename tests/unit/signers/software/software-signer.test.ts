import { expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../src/kernel/bytes.ts';
import { fen, money } from '../../../../src/kernel/units.ts';
import { createSoftwareSigner } from '../../../../src/signers/software/software-signer.ts';
import { proofOf } from '../../../../src/signers/software/test-cipher.ts';

/*
 * Worked out with openssl's command line. The key of 000012345678: `feikong test key` (6665…6579) encrypts the factor and its complement,
 *     0000000012345678 FFFFFFFFEDCBA987, by `openssl enc -sm4-ecb -nopad -K 6665696B6F6E672074657374206B6579`
 *     to 04F8BD4CF25B57854DDC8C24F58586D6.
 * Under it: sm4-ecb for ciphers, sm4-cbc with -iv 01020304 and zeros for MACs, the text followed by 80 and zeros.
 */
const KEY = bytes('04F8BD4CF25B57854DDC8C24F58586D6');
const METER = { address: '000012345678', simulatedLine: true };
const SESSION = { meter: METER, random: bytes('01020304'), serial: new Uint8Array(8) };
const NOON = { year: 2026, month: 11, day: 24, hour: 12, minute: 0, second: 0 };

function bytes(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array(0);
}

const signer = createSoftwareSigner();

test('the software signer seals a trip as openssl does', async () => {
  // 1A 00 00 00 12 24 11 26 80 …; the MAC is over the cipher, the last block of two counts
  expect(await signer.sealRelay(SESSION, { action: 'trip', validUntil: NOON })).toEqual({
    ok: true,
    value: { cipher: bytes('802313E09A6483339C087766267D529D'), mac: bytes('B4F67A34') },
  });
});

test('the software signer proves that it has the key with a random number of its own each time', async () => {
  // sm4-ecb of 2122232425262728 and eight zeros begins so
  expect(toHex(proofOf(KEY, bytes('2122232425262728')))).toBe('B878EC0F6DF8A77B');
  const proofs = [await signer.authenticate(METER), await signer.authenticate(METER)].map((proof) => (proof.ok ? proof.value : undefined));
  const [first, second] = proofs;
  expect(proofs.map((proof) => toHex(proof?.factor ?? bytes('')))).toEqual(['0000000012345678', '0000000012345678']);
  expect(toHex(first?.cipher ?? bytes(''))).toBe(toHex(proofOf(KEY, first?.random ?? bytes(''))));
  expect(toHex(first?.random ?? bytes(''))).not.toBe(toHex(second?.random ?? bytes('')));
});

test('the software signer seals an opening and a recharge as openssl does, the amount in fen', async () => {
  // 10270000 01000000 and 563412000000
  const purchase = { amount: fen(10_000n), count: 1, customer: '000000123456' };
  const sealed = { ok: true, value: { mac: bytes('505BD2EB'), customerMac: bytes('CBCC1D57') } };
  expect(await signer.openAccount(SESSION, purchase)).toEqual(sealed);
  expect(await signer.recharge(SESSION, purchase)).toEqual(sealed);
  await expect(signer.recharge(SESSION, { ...purchase, amount: money(1n) })).rejects.toThrow('whole fen');
});

test('the software signer says that it is a double and seals nothing for a line that is not simulated', async () => {
  const meter = { ...METER, simulatedLine: false };
  const session = { ...SESSION, meter };
  const purchase = { amount: fen(1n), count: 1, customer: '000000123456' };
  for (const answer of [
    await signer.authenticate(meter),
    await signer.sealRelay(session, { action: 'close', validUntil: NOON }),
    await signer.openAccount(session, purchase),
    await signer.recharge(session, purchase),
  ])
    expect(answer).toMatchObject({ ok: false, error: { code: 'unsupported-action', reason: expect.stringContaining('test keys only') } });
});
