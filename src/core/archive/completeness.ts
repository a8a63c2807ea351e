import type { Supply } from '../model/archive.ts';

/** One thing that the archive must have and lacks. */
export interface Missing {
  /** As `contract.settlementMethod`. */
  readonly field: string;
  readonly what: string;
  readonly todo: string;
}

interface Mandatory {
  readonly field: string;
  readonly what: string;
  readonly todo: string;
  readonly isThere: (supply: Supply) => boolean;
}

const WORKING_CONTACTS = 2;

// biome-ignore format: a table, one field a line
const MANDATORY: readonly Mandatory[] = [
  { field: 'meterPoint.contract', what: 'no contract', todo: 'Sign a supply contract, or name it for this meter point', isThere: ({ contractId }) => contractId !== undefined },
  { field: 'contract.customer', what: 'no customer', todo: 'Name the customer who signed the contract', isThere: ({ customerId }) => customerId !== undefined },
  { field: 'contract.settlementMethod', what: 'no settlement method', todo: 'Agree how it is settled: after reading, in instalments or prepaid', isThere: ({ contract }) => contract.terms?.settlementMethod !== undefined },
  { field: 'contract.settlementTime', what: 'no settlement time', todo: 'Agree when it is settled and due', isThere: ({ contract }) => contract.terms?.settlementTime !== undefined },
  { field: 'contract.breachLiability', what: 'no breach liability', todo: 'Agree what late payment costs', isThere: ({ contract }) => contract.terms?.breachLiability !== undefined },
  { field: 'meterPoint.capacity', what: 'no capacity', todo: 'Enter the capacity of the contract in kVA', isThere: ({ point }) => point.capacity !== undefined },
  { field: 'meterPoint.class', what: 'no customer class', todo: 'Enter the class that the price depends on', isThere: ({ point }) => point.class !== undefined },
  { field: 'customer.address', what: 'no address', todo: 'Enter the full address', isThere: ({ customer }) => customer.identity?.address !== undefined },
  { field: 'customer.document', what: 'no identity document', todo: 'Collect the number of the identity document or the business licence', isThere: ({ customer }) => customer.identity?.document !== undefined },
  { field: 'customer.property', what: 'no property document', todo: 'Collect the number of the property certificate', isThere: ({ customer }) => customer.identity?.property !== undefined },
  { field: 'customer.contacts', what: 'fewer than two working contacts', todo: 'Collect two ways to reach the customer that work', isThere: hasContacts },
];

/** What R028 and R048 ask for and this supply lacks, in the order of the table. */
export function missingOf(supply: Supply): readonly Missing[] {
  return MANDATORY.filter(({ isThere }) => !isThere(supply)).map(({ field, what, todo }) => ({ field, what, todo }));
}

function hasContacts({ customer }: Supply): boolean {
  const working = customer.contacts?.contacts.filter((contact) => contact.working) ?? [];
  return working.length >= WORKING_CONTACTS;
}
