/** The lists that a supply office works off: what the archive lacks, and who should pay before use and does not. */

import { assertNever } from '../../kernel/result.ts';
import type { Supply } from '../model/archive.ts';
import { type Missing, missingOf } from './completeness.ts';

export const EXCEPTION_LISTS = ['incomplete', 'large-without-prepay', 'temporary-without-cover'] as const;
export type ExceptionList = (typeof EXCEPTION_LISTS)[number];

/** At and above it a customer settles in instalments or prepays (R013): 100 kVA. */
const LARGE_VOLT_AMPERES = 100_000;

/** Why a supply is on a list; empty where it is not. */
export function exceptionsOf(list: ExceptionList, supply: Supply): readonly Missing[] {
  switch (list) {
    case 'incomplete':
      return missingOf(supply);
    case 'large-without-prepay':
      return isLarge(supply) && !paysWithinPeriod(supply) ? [WITHOUT_PREPAY] : [];
    case 'temporary-without-cover':
      return isTemporary(supply) && !isPrepaid(supply) && supply.contract.guarantee === undefined ? [WITHOUT_COVER] : [];
    default:
      return assertNever(list);
  }
}

const WITHOUT_PREPAY: Missing = {
  field: 'contract.settlementMethod',
  what: '100 kVA or more, and neither instalments nor prepay',
  todo: 'Sign the contract again with instalments or prepay',
};
const WITHOUT_COVER: Missing = {
  field: 'contract.guarantee',
  what: 'temporary supply, and neither prepay nor a guarantee in force',
  todo: 'Agree prepay in the contract, or take a guarantee',
};

const isLarge = ({ point }: Supply): boolean => (point.capacity?.voltAmperes ?? 0) >= LARGE_VOLT_AMPERES;
const isTemporary = ({ contract }: Supply): boolean => contract.terms?.temporary === true;
const isPrepaid = ({ contract }: Supply): boolean => contract.terms?.settlementMethod === 'prepay';
const paysWithinPeriod = (supply: Supply): boolean => isPrepaid(supply) || supply.contract.terms?.settlementMethod === 'instalments';
