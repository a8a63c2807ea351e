import type { Clock } from '../../kernel/clock.ts';
import { type Actor, asId, type NewId } from '../../kernel/ids.ts';
import { businessDayOf } from '../../kernel/local-time.ts';
import { chargeEntry } from '../ledger/entries.ts';
import type { Accrual } from '../model/accrual.ts';
import type { Store } from '../ports/store.ts';
import type { Situations } from './situations.ts';

export interface ChargeService {
  /** Posts what is accrued of business days that are over; returns how many entries it posted. */
  closeDays(): Promise<number>;
}

export interface ChargeDeps {
  readonly store: Store;
  readonly situations: Situations;
  readonly clock: Clock;
  readonly newId: NewId;
}

const ACTOR = asId<Actor>('system:day-end');

export function createChargeService(deps: ChargeDeps): ChargeService {
  const { store, situations, clock } = deps;
  return {
    async closeDays() {
      const accruals = await store.read('accruals', {});
      const over = accruals.filter(
        ({ meterPointId, businessDay }) =>
          situations.knows(meterPointId) && businessDay < businessDayOf(clock.now(), situations.termsOf(meterPointId).zone),
      );
      const posted = await Promise.all(over.map((accrual) => post(deps, accrual)));
      return posted.filter(Boolean).length;
    },
  };
}

/** A poll that closes the day first makes this a conflict: then there is nothing left to do. */
async function post({ store, situations, clock, newId }: ChargeDeps, { meterPointId, businessDay }: Accrual): Promise<boolean> {
  const facts = await situations.load(meterPointId);
  if (facts.accrual === undefined || facts.accrual.businessDay !== businessDay) return false;
  const due = chargeEntry({ id: newId('ent'), at: clock.now(), actor: ACTOR }, facts.accrual, facts.meterPoint.accountId);
  if (due === undefined) return false;
  const outcome = await store.commit({
    facts: [
      { kind: 'entry', entry: due.entry },
      { kind: 'accrual', accrual: due.accrual },
    ],
    expect: facts.versions.filter(({ subject }) => subject === `accrual:${meterPointId}`),
  });
  return outcome.status === 'committed';
}
