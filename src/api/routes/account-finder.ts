import type { AccountView } from '../../core/ports/queries.ts';
import type { Store } from '../../core/ports/store.ts';
import type { AccountId } from '../../kernel/ids.ts';
import { ProblemError } from '../problem-error.ts';

/** The account of a route, or its problem. */
export function createAccountFinder(store: Store): (accountId: AccountId) => Promise<AccountView> {
  return async (accountId) => {
    const view = await store.read('account', { accountId });
    if (view === undefined) throw new ProblemError('not-found', { detail: 'No account has this id' });
    return view;
  };
}
