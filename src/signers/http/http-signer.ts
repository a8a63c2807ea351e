/**
 * An encryption machine behind HTTP, as docs/signer-http.md agrees with it. It holds the keys; here nothing is known of them. Whatever
 * goes wrong is a failure with a reason, and then no frame is made: a machine in doubt seals nothing.
 */
import type { Purchase, SealedPurchase, Session, Signer, SignerFailure } from '../../core/ports/signer.ts';
import { fromHex, toHex } from '../../kernel/bytes.ts';
import { formatLocalTime } from '../../kernel/local-time.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { countFen } from '../../kernel/units.ts';
import { askMachine, type MachineAccess } from './exchange.ts';

const PROOF = { cipher: 8, random: 8, factor: 8 } as const;
const SEALED_ORDER = { cipher: 16, mac: 4 } as const;
const SEALED_PURCHASE = { mac: 4, customerMac: 4 } as const;

/** @errors signer-down, signer-refused */
export function createHttpSigner(access: MachineAccess): Signer {
  const sealPurchase = async (
    path: string,
    session: Session,
    { amount, count, customer }: Purchase,
  ): Promise<Result<SealedPurchase, SignerFailure>> => {
    const question = { ...sessionText(session), amountFen: countFen(amount).toString(), count, customer };
    return fieldsOf(await askMachine(access, path, question), SEALED_PURCHASE, path);
  };
  return {
    async authenticate({ address }) {
      return fieldsOf(await askMachine(access, 'authenticate', { address }), PROOF, 'authenticate');
    },
    async sealRelay(session, { action, validUntil }) {
      const question = { ...sessionText(session), action, validUntil: formatLocalTime(validUntil) };
      return fieldsOf(await askMachine(access, 'seal-relay', question), SEALED_ORDER, 'seal-relay');
    },
    openAccount: (session, purchase) => sealPurchase('open-account', session, purchase),
    recharge: (session, purchase) => sealPurchase('recharge', session, purchase),
  };
}

const sessionText = ({ meter, random, serial }: Session) => ({ address: meter.address, random: toHex(random), serial: toHex(serial) });

/** Fields of hex, each of so many bytes; others are not looked at. */
function fieldsOf<Name extends string>(
  answer: Result<unknown, SignerFailure>,
  lengths: Readonly<Record<Name, number>>,
  path: string,
): Result<Record<Name, Uint8Array>, SignerFailure> {
  if (!answer.ok) return answer;
  const found: Partial<Record<Name, Uint8Array>> = {};
  for (const name of Object.keys(lengths) as Name[]) {
    const text = typeof answer.value === 'object' && answer.value !== null ? (answer.value as Record<string, unknown>)[name] : undefined;
    const bytes = typeof text === 'string' ? fromHex(text) : undefined;
    if (bytes?.length !== lengths[name])
      return err({
        code: 'signer-down',
        reason: `the machine's answer to ${path} has no ${name} of ${lengths[name]} bytes of hex; look whether it keeps to docs/signer-http.md`,
      });
    found[name] = bytes;
  }
  return ok(found as Record<Name, Uint8Array>);
}
