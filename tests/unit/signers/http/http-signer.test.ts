import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fromHex } from '../../../../src/kernel/bytes.ts';
import { systemClock } from '../../../../src/kernel/clock.ts';
import { fen } from '../../../../src/kernel/units.ts';
import type { MachineAccess } from '../../../../src/signers/http/exchange.ts';
import { createHttpSigner } from '../../../../src/signers/http/http-signer.ts';
import { requirePart } from '../../../support/require-part.ts';
import { SECRET, startSignerMachine } from '../../../support/signer-machine.ts';

const bytes = (hex: string) => fromHex(hex) ?? new Uint8Array(0);
const METER = { address: '000012345678', simulatedLine: false };
const SESSION = { meter: METER, random: bytes('01020304'), serial: bytes('A0A1A2A3A4A5A6A7') };
const NOON = { year: 2026, month: 11, day: 24, hour: 12, minute: 0, second: 0 };

async function machineAndSigner(access: Partial<MachineAccess> = {}, options: Parameters<typeof startSignerMachine>[0] = {}) {
  const machine = await startSignerMachine(options);
  onTestFinished(() => machine.close());
  const common = { url: new URL(`${machine.url}/`), secret: SECRET, authority: undefined, timeoutMs: 10_000, clock: systemClock };
  return { machine, signer: createHttpSigner({ ...common, ...access }) };
}

describe('an encryption machine behind HTTP', () => {
  test('proves, and seals a trip for a meter on a real line as the double does', async () => {
    const { machine, signer } = await machineAndSigner();
    const proof = await signer.authenticate(METER);
    expect(proof.ok && [proof.value.cipher.length, proof.value.random.length, proof.value.factor]).toEqual([
      8,
      8,
      bytes('0000000012345678'),
    ]);
    // The cipher and the MAC of the software signer's own test, worked out with openssl.
    expect(await signer.sealRelay(SESSION, { action: 'trip', validUntil: NOON })).toEqual({
      ok: true,
      value: { cipher: bytes('802313E09A6483339C087766267D529D'), mac: bytes('B4F67A34') },
    });
    expect(machine.asked).toEqual([
      { path: 'authenticate', question: { address: '000012345678' } },
      {
        path: 'seal-relay',
        question: {
          address: '000012345678',
          random: '01020304',
          serial: 'A0A1A2A3A4A5A6A7',
          action: 'trip',
          validUntil: '2026-11-24T12:00:00',
        },
      },
    ]);
  });

  test('seals an opening and a recharge, the amount in fen', async () => {
    const { machine, signer } = await machineAndSigner();
    const purchase = { amount: fen(10_000n), count: 1, customer: '000000123456' };
    const sealed = { ok: true, value: { mac: bytes('505BD2EB'), customerMac: bytes('CBCC1D57') } };
    expect(await signer.openAccount(SESSION, purchase)).toEqual(sealed);
    expect(await signer.recharge(SESSION, purchase)).toEqual(sealed);
    expect(machine.asked.map(({ path, question }) => [path, question.amountFen, question.count, question.customer])).toEqual([
      ['open-account', '10000', 1, '000000123456'],
      ['recharge', '10000', 1, '000000123456'],
    ]);
  });

  test.each([
    [{ status: 422, text: '{"reason":"no key for this meter"}' }, 'signer-refused', 'refuses (422): no key for this meter'],
    [{ status: 500, text: '{"reason":"the board is gone"}' }, 'signer-down', 'status 500: the board is gone'],
    [{ status: 302, text: '' }, 'signer-down', 'status 302: it gives no reason'],
    [{ status: 200, text: '<html>' }, 'signer-down', 'no JSON'],
    [{ status: 200, text: '{"cipher":"00"}' }, 'signer-down', 'has no cipher of 8 bytes of hex'],
    [{ status: 200, text: '[]' }, 'signer-down', 'has no cipher of 8 bytes of hex'],
    [{ status: 200, text: ' '.repeat(70_000) }, 'signer-down', 'an answer longer than 65536 characters'],
  ])('that answers %j is a failure with its reason', async (instead, code, reason) => {
    const { machine, signer } = await machineAndSigner();
    machine.instead = instead;
    expect(await signer.authenticate(METER)).toEqual({ ok: false, error: { code, reason: expect.stringContaining(reason) } });
  });

  test('that says nothing is given up in time', async () => {
    const { machine, signer } = await machineAndSigner({ timeoutMs: 200 });
    machine.instead = 'silence';
    expect(await signer.authenticate(METER)).toEqual({
      ok: false,
      error: {
        code: 'signer-down',
        reason: expect.stringMatching(/no answer from http:\S+\/machine\/authenticate within 200 ms; look whether it runs/),
      },
    });
  });

  test('that is not there is told from one that does not know our secret, and neither reason has the secret in it', async () => {
    const { machine, signer } = await machineAndSigner({ secret: 'another' });
    const unknown = await signer.authenticate(METER);
    expect(unknown).toEqual({
      ok: false,
      error: { code: 'signer-refused', reason: expect.stringContaining('correct FEIKONG_SIGNER_SECRET') },
    });
    await machine.close();
    const gone = await signer.authenticate(METER);
    expect(gone).toEqual({ ok: false, error: { code: 'signer-down', reason: expect.stringContaining('ECONNREFUSED') } });
    expect(JSON.stringify([unknown, gone])).not.toContain('another');
  });

  test('is believed over TLS only with the authority that it is signed by', async (context) => {
    const openssl = requirePart('openssl', context);
    const folder = mkdtempSync(path.join(tmpdir(), 'feikong-signer-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [keyFile, certFile] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync(
      openssl,
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', keyFile, '-days', '1', ...subject, '-out', certFile],
      {
        stdio: 'ignore',
      },
    );
    const tls = { key: readFileSync(keyFile), cert: readFileSync(certFile) };
    const believing = await machineAndSigner({ authority: readFileSync(certFile, 'utf8') }, { tls });
    expect((await believing.signer.authenticate(METER)).ok).toBe(true);
    const doubting = await machineAndSigner({}, { tls });
    expect(await doubting.signer.authenticate(METER)).toMatchObject({
      error: { code: 'signer-down', reason: expect.stringContaining('self-signed') },
    });
    expect(doubting.machine.asked).toEqual([]);
  });
});
