import type { Clock, Instant } from '../../kernel/clock.ts';
import { type Actor, asId, type MeterPointId, type NewId } from '../../kernel/ids.ts';
import { type BusinessDay, businessDayOf, parseZone, type Zone } from '../../kernel/local-time.ts';
import { memoized } from '../../kernel/memo.ts';
import { chargeEntry } from '../ledger/entries.ts';
import type { Expectation } from '../model/expectation.ts';
import type { Fact } from '../model/fact.ts';
import type { Queries } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import type { Situations } from './situations.ts';

export interface ChargeService {
  /** Posts what is accrued of business days that are over; returns how many entries it posted. */
  closeDays(): Promise<number>;
}

export interface ChargeDeps {
  readonly store: Store;
  readonly situations: Pick<Situations, 'knows' | 'termsOf'>;
  readonly clock: Clock;
  readonly newId: NewId;
}

const ACTOR = asId<Actor>('system:day-end');
const AT_ONCE = 2_000;
/** Entries that are stored together: one that a poll has moved meanwhile makes the others of its batch be stored one by one. */
const IN_BATCH = 100;

/** The day that it is where days begin first: whose day is over by it may still have to be asked for its own zone. */
const FIRST_ZONE = parseZone('Pacific/Kiritimati');
const newestDay = (now: Instant): BusinessDay => businessDayOf(now, FIRST_ZONE ?? ('UTC' as Zone));

export function createChargeService(deps: ChargeDeps): ChargeService {
  const { store, clock } = deps;
  return {
    async closeDays() {
      let posted = 0;
      for (let after: MeterPointId | '' = ''; ; ) {
        const found: readonly Found[] = await store.read('unpostedAccruals', { before: newestDay(clock.now()), after, limit: AT_ONCE });
        const due = dueOf(deps, found);
        const batches = Array.from({ length: Math.ceil(due.length / IN_BATCH) }, (_, index) =>
          due.slice(index * IN_BATCH, (index + 1) * IN_BATCH),
        );
        const done = await Promise.all(batches.map((batch) => post(store, batch)));
        posted += done.reduce((sum, count) => sum + count, 0);
        const last = found.at(-1);
        if (last === undefined || found.length < AT_ONCE) return posted;
        after = last.accrual.meterPointId;
      }
    },
  };
}

type Found = Queries['unpostedAccruals']['answer'][number];

interface Due {
  readonly facts: readonly Fact[];
  readonly expect: Expectation;
}

/** What is to be posted of those whose day is over. */
function dueOf({ situations, clock, newId }: ChargeDeps, found: readonly Found[]): readonly Due[] {
  const at = clock.now();
  const today = memoized(64, (zone) => businessDayOf(at, zone as Zone));
  return found.flatMap(({ accrual, version }): Due[] => {
    const { meterPointId, businessDay } = accrual;
    if (!situations.knows(meterPointId) || businessDay >= today(situations.termsOf(meterPointId).zone)) return [];
    const due = chargeEntry({ id: newId('ent'), at, actor: ACTOR }, accrual);
    if (due === undefined) return [];
    const facts: readonly Fact[] = [
      { kind: 'entry', entry: due.entry },
      { kind: 'accrual', accrual: due.accrual },
    ];
    return [{ facts, expect: { subject: `accrual:${meterPointId}`, version } }];
  });
}

/** A poll that closes the day first makes this a conflict: then there is nothing left to do for that one. */
async function post(store: Store, batch: readonly Due[]): Promise<number> {
  const outcome = await store.commit({ facts: batch.flatMap(({ facts }) => facts), expect: batch.map(({ expect }) => expect) });
  if (outcome.status === 'committed') return batch.length;
  if (batch.length === 1) return 0;
  const alone = await Promise.all(batch.map((due) => post(store, [due])));
  return alone.reduce((sum, count) => sum + count, 0);
}
