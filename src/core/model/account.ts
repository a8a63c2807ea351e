import type { AccountId } from '../../kernel/ids.ts';

/** Holder of a prepaid balance. Personal facts come with the archive. */
export interface Account {
  readonly id: AccountId;
  readonly state: 'open' | 'closed';
}
