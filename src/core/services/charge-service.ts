import type { Clock, Instant } from '../../kernel/clock.ts';
import { type Actor, asId, type MeterPointId, type NewId } from '../../kernel/ids.ts';
import { type BusinessDay, businessDayOf, parseZone, type Zone } from '../../kernel/local-time.ts';
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
const AT_ONCE = 1_000;

/** The day that it is where days begin first: whose day is over by it may still have to be asked for its own zone. */
const FIRST_ZONE = parseZone('Pacific/Kiritimati');
const newestDay = (now: Instant): BusinessDay => businessDayOf(now, FIRST_ZONE ?? ('UTC' as Zone));

export function createChargeService(deps: ChargeDeps): ChargeService {
  const { store, situations, clock } = deps;
  return {
    async closeDays() {
      let posted = 0;
      for (let after: MeterPointId | '' = ''; ; ) {
        const accruals: readonly Accrual[] = await store.read('unpostedAccruals', {
          before: newestDay(clock.now()),
          after,
          limit: AT_ONCE,
        });
        const over = accruals.filter(
          ({ meterPointId, businessDay }) =>
            situations.knows(meterPointId) && businessDay < businessDayOf(clock.now(), situations.termsOf(meterPointId).zone),
        );
        const done = await Promise.all(over.map((accrual) => post(deps, accrual)));
        posted += done.filter(Boolean).length;
        const last = accruals.at(-1);
        if (last === undefined || accruals.length < AT_ONCE) return posted;
        after = last.meterPointId;
      }
    },
  };
}

/** A poll that closes the day first makes this a conflict: then there is nothing left to do. */
async function post({ store, situations, clock, newId }: ChargeDeps, { meterPointId, businessDay }: Accrual): Promise<boolean> {
  const facts = await situations.load(meterPointId);
  if (facts.accrual === undefined || facts.accrual.businessDay !== businessDay) return false;
  const due = chargeEntry({ id: newId('ent'), at: clock.now(), actor: ACTOR }, facts.accrual);
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
