/**
 * The double of an encryption machine, for simulated meters. It seals with test keys that everybody can read
 * (`test-cipher.ts`), so that the way to a sealed command can be walked without a utility's secrets, and it refuses every
 * meter whose line is not simulated: what it makes would only count as an attack on a real one.
 */
import { randomBytes } from 'node:crypto';
import { customerText, purseText, writeSealedOrder } from '../../../protocols/dlt645/index.ts';
import type { Purchase, SealedPurchase, SecuredMeter, Session, Signer, SignerFailure } from '../../core/ports/signer.ts';
import { AppError } from '../../kernel/app-error.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { countFen } from '../../kernel/units.ts';
import { encryptBlock, macOf, meterKey, proofOf } from './test-cipher.ts';

const RANDOM_BYTES = 8;
const FACTOR_BYTES = 8;

/** @errors unsupported-action for a meter on a line that is not simulated */
export function createSoftwareSigner(): Signer {
  return {
    async authenticate(meter) {
      if (!meter.simulatedLine) return err(NOT_SIMULATED);
      const random = Uint8Array.from(randomBytes(RANDOM_BYTES));
      const factor = factorOf(meter);
      return ok({ cipher: proofOf(meterKey(factor), random), random, factor });
    },

    async sealRelay({ meter, random }, { action, validUntil }) {
      if (!meter.simulatedLine) return err(NOT_SIMULATED);
      const key = meterKey(factorOf(meter));
      const cipher = encryptBlock(key, writeSealedOrder({ action, limit: 0, deadline: validUntil }));
      return ok({ cipher, mac: macOf(key, random, cipher) });
    },

    openAccount: async (session, purchase) => sealPurchase(session, purchase),
    recharge: async (session, purchase) => sealPurchase(session, purchase),
  };
}

const NOT_SIMULATED: SignerFailure = {
  code: 'unsupported-action',
  reason: 'the software signer has test keys only and seals for simulated lines; a real meter needs an encryption machine',
};

function sealPurchase({ meter, random }: Session, { amount, count, customer }: Purchase): Result<SealedPurchase, SignerFailure> {
  if (!meter.simulatedLine) return err(NOT_SIMULATED);
  const key = meterKey(factorOf(meter));
  const text = purseText(countFen(amount), count);
  return ok({ mac: macOf(key, random, text), customerMac: macOf(key, random, customerText(customer)) });
}

/** The address as it is read, most significant pair first, behind two zeros. */
function factorOf({ address }: SecuredMeter): Uint8Array {
  const factor = Uint8Array.from(Buffer.from(address.padStart(FACTOR_BYTES * 2, '0'), 'hex'));
  if (factor.length !== FACTOR_BYTES) throw new AppError('bad-address', 'a meter that is sealed for has 12 digits', { address });
  return factor;
}
