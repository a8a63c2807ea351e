import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type PurseBody,
  readAuthentication,
  readAuthenticationAnswer,
  readPurse,
  readPurseStatus,
  readSealedOrder,
  readValidity,
  writeAuthentication,
  writeAuthenticationAnswer,
  writePurse,
  writePurseStatus,
  writeSealedOrder,
  writeValidity,
} from '../../protocols/dlt645/index.ts';
import { createEsamCipher } from '../../simulators/meter/esam-cipher.ts';
import { fromHex, toHex } from '../../src/kernel/bytes.ts';
import { ok } from '../../src/kernel/result.ts';
import { macOf, meterKey, proofOf } from '../../src/signers/software/test-cipher.ts';

const sized = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const digits = (length: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
const word = fc.integer({ min: 0, max: 4_294_967_295 });
const amount = word.map(BigInt);

const anyPurse: fc.Arbitrary<PurseBody> = fc.record({
  amountFen: amount,
  count: word,
  mac: sized(4),
  customer: digits(12),
  customerMac: sized(4),
});
const anyOrder = fc.record({
  action: fc.constantFrom('trip' as const, 'arm' as const, 'close' as const, 'trip-and-restore' as const),
  limit: fc.integer({ min: 0, max: 255 }),
  deadline: fc.record({
    year: fc.integer({ min: 2000, max: 2099 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    second: fc.integer({ min: 0, max: 59 }),
  }),
});

const READERS = [readAuthentication, readAuthenticationAnswer, readValidity, readPurse, readPurseStatus, readSealedOrder];

describe('bodies of security authentication', () => {
  test('come back as they went out', () => {
    const proofs = fc.record({ cipher: sized(8), random: sized(8), factor: sized(8) });
    const answers = fc.record({ random: sized(4), serial: sized(8) });
    const validities = fc.record({ minutes: fc.integer({ min: 0, max: 9999 }), mac: sized(4) });
    const statuses = fc.record({ amountFen: amount, count: word, customer: digits(12), keyState: sized(4) });
    fc.assert(
      fc.property(proofs, answers, validities, statuses, anyPurse, anyOrder, (proof, answer, validity, status, purse, order) => {
        expect(readAuthentication(writeAuthentication(proof))).toEqual(ok(proof));
        expect(readAuthenticationAnswer(writeAuthenticationAnswer(answer))).toEqual(ok(answer));
        expect(readValidity(writeValidity(validity))).toEqual(ok(validity));
        expect(readPurseStatus(writePurseStatus(status))).toEqual(ok(status));
        expect(readPurse(writePurse(purse))).toEqual(ok(purse));
        expect(readSealedOrder(writeSealedOrder(order))).toEqual(ok(order));
      }),
    );
  });

  test('are read from any bytes at all without a throw, wherever they lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat({ max: 8 }), (bytes, from) => {
        for (const read of READERS) expect(read(bytes.subarray(from)).ok).toEqual(read(bytes.slice(from)).ok);
      }),
    );
  });
});

test('the double of the signer and the simulated ESAM, written apart, agree on every proof and every MAC', () => {
  fc.assert(
    fc.property(digits(12), sized(8), sized(4), fc.uint8Array({ maxLength: 50 }), (address, random, begun, text) => {
      const key = meterKey(fromHex(`0000${address}`) ?? new Uint8Array(0));
      const esam = createEsamCipher(address);
      expect(toHex(esam.prove(random))).toBe(toHex(proofOf(key, random)));
      expect(toHex(esam.mac(begun, text))).toBe(toHex(macOf(key, begun, text)));
    }),
  );
});
