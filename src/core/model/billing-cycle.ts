/**
 * When a contract is read and settled. A period runs from one reading day to the next, from local midnight; within it instalments may
 * be billed on what was used so far.
 */
export interface BillingCycle {
  /** Day of the month, 1..28. */
  readonly readingDay: number;
  /** Days of the month on which an instalment is billed, in order; none where it is billed once. */
  readonly instalmentDays: readonly number[];
}

export const MONTHLY: BillingCycle = { readingDay: 1, instalmentDays: [] };
