import type { WriterFact } from '../encoding/batch-encoding.ts';
import type { Appliers, Refusal, WriterContext } from './applier.ts';
import { createArchiveAppliers } from './archive-appliers.ts';
import { createCommandAppliers } from './command-appliers.ts';
import { createDatedFactAppliers } from './dated-fact-appliers.ts';
import { createFeeControlAppliers } from './fee-control-appliers.ts';
import { createMeteringAppliers } from './metering-appliers.ts';
import { createMoneyAppliers } from './money-appliers.ts';
import { createRechargeAppliers } from './recharge-appliers.ts';
import { createReversalAppliers } from './reversal-appliers.ts';
import { createSecurityAppliers } from './security-appliers.ts';
import { createSettlementAppliers } from './settlement-appliers.ts';

/** Stores one fact, whatever its kind. */
export function createApply(context: WriterContext): (fact: WriterFact) => Refusal | undefined {
  const appliers: Appliers<WriterFact['kind']> = {
    ...createArchiveAppliers(context),
    ...createDatedFactAppliers(context),
    ...createMoneyAppliers(context),
    ...createMeteringAppliers(context),
    ...createFeeControlAppliers(context),
    ...createCommandAppliers(context),
    ...createRechargeAppliers(context),
    ...createReversalAppliers(context),
    ...createSecurityAppliers(context),
    ...createSettlementAppliers(context),
  };
  // The table pairs each kind with its own applier; the type system cannot follow a lookup by the fact's kind.
  return (fact) => (appliers[fact.kind] as (fact: WriterFact) => Refusal | undefined)(fact);
}
