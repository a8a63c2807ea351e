import type { Supply } from '../model/archive.ts';
import { missingOf } from './completeness.ts';

/** Whether fee control rests on an agreement, and what says so. */
export interface AgreementProof {
  readonly held: boolean;
  readonly proof: string;
}

/**
 * Where the archive holds a contract it alone decides: a signed agreement in force and nothing missing (R022, R028, R048).
 * Where it holds none, the flag of the configuration does.
 */
export function agreementOf(supply: Supply, configured: boolean): AgreementProof {
  const { contractId, contract } = supply;
  if (contractId === undefined)
    return { held: configured, proof: configured ? 'fee-control agreement on file' : 'no fee-control agreement on file' };
  if (contract.feeControl === undefined) return { held: false, proof: `contract ${contractId} has no fee-control agreement in force` };
  const missing = missingOf(supply);
  if (missing.length === 0) return { held: true, proof: `fee-control agreement ${contract.feeControl.number} of contract ${contractId}` };
  return { held: false, proof: `contract ${contractId} is incomplete: ${missing.map(({ what }) => what).join(', ')}` };
}
