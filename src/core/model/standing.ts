import type { Money } from '../../kernel/units.ts';
import type { BillKind } from './issued-bill.ts';

/** A bill as collecting sees it. */
export interface CollectedBill {
  readonly id: string;
  readonly corrects: string | undefined;
  readonly number: string;
  readonly kind: BillKind;
  readonly accountId: string;
  readonly meterPointId: string;
  readonly district: string;
  readonly feeder: string;
  readonly month: string;
  readonly dueOn: string;
  readonly total: Money;
}

/** Where an account stands: below zero it owes. */
export interface AccountStanding {
  /** Own money and what is owed, together. */
  readonly position: Money;
  /** Posted for use that no bill has asked for yet. */
  readonly unbilled: Money;
}
