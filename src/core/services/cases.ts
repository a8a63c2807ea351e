import type { Clock } from '../../kernel/clock.ts';
import type { Actor, CaseId, NewId } from '../../kernel/ids.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Situation } from '../feecontrol/situation.ts';
import type { Case } from '../model/case.ts';
import type { Fact } from '../model/fact.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';

/** Until duty rosters exist, a case belongs to whoever is on duty. */
export const ON_DUTY = 'operator on duty';

/** A case of a kind for a meter point, unless one is open already. */
export function openCase(
  newId: NewId,
  facts: Pick<MeterPointFacts, 'openCases' | 'meterPoint'>,
  kind: Case['kind'],
  reason: string,
  at: Case['openedAt'],
): readonly Fact[] {
  if (facts.openCases.some((open) => open.kind === kind)) return [];
  return [
    {
      kind: 'case',
      case: { id: newId('cas'), meterPointId: facts.meterPoint.id, kind, owner: ON_DUTY, reason, openedAt: at, closedAt: undefined },
    },
  ];
}

/** What a relay's report makes a person's business: power behind an open relay, and an opening that nobody here commanded. */
export function casesOf(newId: NewId, situation: Situation, facts: MeterPointFacts): readonly Fact[] {
  const { relay, now, lastOpening, openCommands } = situation;
  if (relay.reported !== 'open') return [];
  const tamper =
    relay.loadSide === 'contradicts'
      ? openCase(newId, facts, 'tamper', `power flows through an open relay: ${relay.evidence ?? ''}`, now)
      : [];
  const explained = lastOpening !== undefined || openCommands.length > 0;
  const unexplained = explained
    ? []
    : openCase(newId, facts, 'relay-unexplained', `the relay is open and no command of ours opened it: ${relay.evidence ?? ''}`, now);
  return [...tamper, ...unexplained];
}

export interface CaseService {
  /** A person has seen to it: what the case held may go on. One that is closed already is answered as it is. */
  close(
    caseId: CaseId,
    reason: string,
    actor: Actor,
  ): Promise<Result<Case, { readonly code: 'not-found' | 'no-space' | 'overloaded' | 'conflict' }>>;
}

export function createCaseService({ store, clock }: { readonly store: Store; readonly clock: Clock }): CaseService {
  return {
    async close(caseId, reason, actor) {
      const found = await store.read('case', { caseId });
      if (found === undefined) return err({ code: 'not-found' });
      if (found.closedAt !== undefined) return ok(found);
      const at = clock.now();
      const outcome = await store.commit({ facts: [{ kind: 'caseClosed', caseId, at, actor, reason }] });
      if (outcome.status === 'committed') return ok({ ...found, closedAt: at });
      return err({ code: outcome.status === 'refused' ? outcome.code : 'conflict' });
    },
  };
}
