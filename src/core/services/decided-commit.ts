import { AppError } from '../../kernel/app-error.ts';
import type { MeterPointId } from '../../kernel/ids.ts';
import { type Money, NO_MONEY } from '../../kernel/units.ts';
import type { Fact } from '../model/fact.ts';
import type { AccountView, MeterPointFacts } from '../ports/queries.ts';
import type { CommitOutcome, Expectation, Store } from '../ports/store.ts';
import { CONFLICT_LIMIT, type Decided, type Decisions, expectationsOf } from './decisions.ts';
import type { Situations } from './situations.ts';

export interface DecidedDeps {
  readonly store: Store;
  readonly situations: Situations;
  readonly decisions: Decisions;
}

/** Money that moves whatever is decided of it. */
export interface MovedMoney {
  /** The place that the account pays for; undefined where nothing is to be decided. */
  readonly meterPointId: MeterPointId | undefined;
  /** What can be used more, or less, after it. */
  readonly usable: (account: AccountView) => Money;
  /** The batch's own facts; the decision says which command it set off. */
  readonly facts: (decided: Decided | undefined) => readonly Fact[];
}

/**
 * Commits money together with the decision that it sets off. Where what the decision rests on keeps moving, the money is posted first and
 * decided on afterwards: it must not wait for a quiet moment.
 *
 * @returns never a conflict about what a decision rests on; one about the money itself comes back as it is
 */
export async function commitDecided(deps: DecidedDeps, money: MovedMoney): Promise<CommitOutcome> {
  const { store, situations, decisions } = deps;
  const { meterPointId } = money;
  for (let attempt = 0; meterPointId !== undefined && attempt < CONFLICT_LIMIT; attempt++) {
    const facts = await situations.load(meterPointId);
    const decided = decisions.decide(facts, { credit: money.usable(facts.account) });
    const outcome = await store.commit({ facts: [...money.facts(decided), ...decided.facts], expect: restsOn(facts, decided) });
    if (outcome.status !== 'conflict' || !isGround(outcome.subject)) return outcome;
  }
  const outcome = await store.commit({ facts: money.facts(undefined) });
  if (outcome.status === 'conflict' && isGround(outcome.subject))
    throw new AppError('invariant-violated', 'a posting without expectations met a conflict', { subject: outcome.subject });
  if (outcome.status === 'committed' && meterPointId !== undefined)
    await decisions.commit(meterPointId, () => ({ facts: [], overlay: { credit: NO_MONEY } }));
  return outcome;
}

/** What limits the money itself is no ground that could be looked at again. */
const isGround = (subject: string): boolean => !/^(funds|reversal|hold):/.test(subject);

/**
 * That nothing is to be done rests on the meter's commands as well, since a trip that leaves meanwhile must find its restore, and on the
 * marks of the place: who lifts a lock-out sees only the money that was there before it.
 */
function restsOn(facts: MeterPointFacts, { acts }: Decided): readonly Expectation[] {
  if (acts) return expectationsOf(facts, true);
  const ground: readonly string[] = [`meter:${facts.meter.id}`, `meterPoint:${facts.meterPoint.id}`];
  return facts.versions.filter(({ subject }) => ground.includes(subject));
}
