/** Marks that people set and lift: what they know and no meter says. */
import type { Clock } from '../../kernel/clock.ts';
import { type Actor, asId } from '../../kernel/ids.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Fact } from '../model/fact.ts';
import { type Mark, type MarkKind, SITE } from '../model/mark.ts';
import type { Store } from '../ports/store.ts';
import type { Decisions } from './decisions.ts';
import type { Situations } from './situations.ts';

/** What a mark is set on, and which ones people set there; the others are the watchdogs' own. */
export const MARKS_OF = {
  account: ['protected', 'disputed', 'pending-debit'],
  meterPoint: ['lock-out'],
  site: ['limiter-halted', 'channel-down'],
} as const satisfies Readonly<Record<string, readonly MarkKind[]>>;
export type MarkedKind = keyof typeof MARKS_OF;

export interface MarkOrder {
  readonly of: MarkedKind;
  /** Of the account or the meter point; empty for the site. */
  readonly id: string;
  readonly kind: MarkKind;
  readonly reason: string;
  readonly actor: Actor;
}
type Outcome<T> = Promise<Result<T, { readonly code: 'not-found' | 'no-space' | 'overloaded' | 'conflict' }>>;

export interface MarkService {
  /** From its commit on no command leaves that the mark forbids; one that is set already says its newest reason. */
  set(order: MarkOrder): Outcome<Mark>;
  /** What it held is decided anew at once; one that is not set is as good as lifted. */
  lift(order: MarkOrder): Outcome<undefined>;
}

export interface MarkDeps {
  readonly store: Store;
  readonly situations: Pick<Situations, 'knows'>;
  readonly decisions: Pick<Decisions, 'commit'>;
  readonly clock: Clock;
}

export function createMarkService(deps: MarkDeps): MarkService {
  const { store, clock } = deps;
  const commit = async <T>(fact: Fact, value: T): Outcome<T> => {
    const outcome = await store.commit({ facts: [fact] });
    if (outcome.status === 'committed') return ok(value);
    return err({ code: outcome.status === 'refused' ? outcome.code : 'conflict' });
  };
  return {
    async set(order) {
      const place = await placeOf(deps, order);
      if (place === undefined) return err({ code: 'not-found' });
      const { kind, reason, actor } = order;
      const mark: Mark = { subject: subjectOf(order), kind, since: clock.now(), actor, reason };
      return commit({ kind: 'mark', mark }, mark);
    },
    async lift(order) {
      const place = await placeOf(deps, order);
      if (place === undefined) return err({ code: 'not-found' });
      const { kind: mark, actor, reason } = order;
      const lifted = await commit({ kind: 'markLifted', subject: subjectOf(order), mark, at: clock.now(), actor, reason }, undefined);
      const { meterPointId } = place;
      if (lifted.ok && meterPointId !== undefined && deps.situations.knows(meterPointId))
        await deps.decisions.commit(meterPointId, () => ({ facts: [], overlay: {} }));
      return lifted;
    },
  };
}

const subjectOf = ({ of, id }: MarkOrder): string => (of === 'site' ? SITE : `${of}:${id}`);

/** Undefined where nothing has this id. */
async function placeOf({ store, situations }: MarkDeps, { of, id }: MarkOrder) {
  if (of === 'site') return { meterPointId: undefined };
  if (of === 'meterPoint') return situations.knows(asId(id)) ? { meterPointId: asId<never>(id) } : undefined;
  const account = await store.read('account', { accountId: asId(id) });
  return account && { meterPointId: account.meterPointId };
}
