import type { MeterFailure } from '../core/ports/meter-gateway.ts';
import type { SecuredMeter, Signer, SignerFailure } from '../core/ports/signer.ts';

/** Who seals the orders of a meter that obeys no others. */
export interface MeterSeal {
  readonly signer: Signer;
  /** The meter's line ends in a simulator on this machine. */
  readonly simulatedLine: boolean;
}

/** A meter as its signer knows it. */
export const securedMeter = ({ address }: { readonly address: string }, { simulatedLine }: MeterSeal): SecuredMeter => ({
  address,
  simulatedLine,
});

/** A failure of the signer's is one before any frame. */
export const failureOfSigner = ({ code, reason }: SignerFailure): MeterFailure => ({ code, sent: false, protocolError: reason });
