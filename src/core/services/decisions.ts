import { AppError } from '../../kernel/app-error.ts';
import { plusMs } from '../../kernel/clock.ts';
import { type Actor, asId, type CommandId, type MeterPointId, type NewId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { formatMoney } from '../../kernel/units.ts';
import { isWaiting } from '../feecontrol/command-states.ts';
import { crossingEnds, crossingStarts, decide, noticeWanted } from '../feecontrol/decide.ts';
import type { Situation } from '../feecontrol/situation.ts';
import { isExhausted } from '../feecontrol/terms.ts';
import { chargeEntry } from '../ledger/entries.ts';
import type { Accrual } from '../model/accrual.ts';
import type { Command, RelayAction } from '../model/command.ts';
import type { Decision, StoredDecision } from '../model/decision.ts';
import type { Fact } from '../model/fact.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import type { CommitOutcome, Expectation, Store } from '../ports/store.ts';
import { casesOf } from './cases.ts';
import { textOf } from './notice-texts.ts';
import type { Overlay, Situations } from './situations.ts';

/** A batch as a service builds it from a snapshot: its own facts, and what the decision must see of them. */
export interface Built {
  readonly facts: readonly Fact[];
  readonly overlay: Overlay;
  /** It takes from own money as much as was there: the account must not have moved. */
  readonly restsOnMoney?: boolean;
}

/** What a decision adds to the batch that it is taken in. */
export interface Decided {
  readonly decision: Decision;
  readonly facts: readonly Fact[];
  readonly commandId: CommandId | undefined;
  /** A relay or a customer is told something: the batch must expect all that the decision rests on. */
  readonly acts: boolean;
}

export interface Decisions {
  /** Decides for a snapshot and says what to store; stores nothing. */
  decide(facts: MeterPointFacts, overlay: Overlay): Decided;
  /**
   * Builds a batch from a snapshot, decides, and commits both together; begins again while the snapshot is out of date.
   *
   * @returns whether it is stored; false where the store refused it or its ground kept moving
   */
  commit(meterPointId: MeterPointId, build: (facts: MeterPointFacts) => Built | Promise<Built>): Promise<boolean>;
}

export interface DecisionsDeps {
  readonly store: Store;
  readonly situations: Situations;
  readonly newId: NewId;
  readonly logger: Logger;
}

const ACTOR = asId<Actor>('system:fee-control');
/** How often a batch is built anew when others keep moving what it rests on. */
export const CONFLICT_LIMIT = 8;

export function createDecisions(deps: DecisionsDeps): Decisions {
  /** What each meter point was last held for: a hold is stored when its reasons change, not with each poll. */
  const holds = new Map<MeterPointId, string>();
  const decideFor = (facts: MeterPointFacts, overlay: Overlay): Decided => {
    const situation = deps.situations.of(facts, overlay);
    const decision = decide(situation);
    const isNews = remember(holds, facts.meterPoint.id, decision);
    return { decision, ...factsOf(deps, { facts, overlay, situation, decision, isNews }) };
  };
  return {
    decide: decideFor,
    async commit(meterPointId, build) {
      for (let attempt = 0; attempt < CONFLICT_LIMIT; attempt++) {
        const facts = await deps.situations.load(meterPointId);
        const { facts: own, overlay, restsOnMoney = false } = await build(facts);
        const decided = decideFor(facts, overlay);
        const outcome = await deps.store.commit({
          facts: [...own, ...decided.facts],
          expect: expectationsOf(facts, decided.acts || restsOnMoney),
        });
        if (isSettled(outcome, deps.logger, meterPointId)) return outcome.status === 'committed';
        holds.delete(meterPointId);
      }
      deps.logger.warn({ meterPointId }, 'a poll was given up: what it rests on kept moving');
      return false;
    },
  };
}

function isSettled(outcome: CommitOutcome, logger: Logger, meterPointId: MeterPointId): boolean {
  if (outcome.status === 'refused') logger.error({ meterPointId, code: outcome.code }, 'the store refused a batch');
  return outcome.status === 'committed' || outcome.status === 'refused';
}

/** A computed accrual rests on the accrual before it; an act rests on everything but the limiter, which its sending rests on. */
export function expectationsOf(facts: MeterPointFacts, acts: boolean): readonly Expectation[] {
  return facts.versions.filter(({ subject }) => (acts ? subject !== 'limiter' : subject === `accrual:${facts.meterPoint.id}`));
}

function remember(holds: Map<MeterPointId, string>, id: MeterPointId, { act, wanted, terms }: Decision): boolean {
  if (act !== 'hold') {
    holds.delete(id);
    return act !== 'none';
  }
  const reasons = `${wanted}: ${terms
    .filter(({ verdict }) => verdict !== 'met')
    .map(({ name }) => name)
    .join(' ')}`;
  if (holds.get(id) === reasons) return false;
  holds.set(id, reasons);
  return true;
}

/** Facts that must not be stored from a snapshot that is out of date: each is told once. */
const ACTING: ReadonlySet<Fact['kind']> = new Set(['command', 'commandMove', 'notice', 'crossing', 'case']);

interface Ask {
  readonly facts: MeterPointFacts;
  readonly overlay: Overlay;
  readonly situation: Situation;
  readonly decision: Decision;
  readonly isNews: boolean;
}

function factsOf(deps: DecisionsDeps, ask: Ask): Omit<Decided, 'decision'> {
  const { facts, situation, decision, isNews } = ask;
  const stored: StoredDecision = { ...decision, id: deps.newId('dec'), meterPointId: facts.meterPoint.id, at: situation.now };
  const batch: Fact[] = [...crossingFacts(situation, facts), ...casesOf(deps.newId, situation, facts), ...supersede(situation)];
  if (isNews) batch.push({ kind: 'decision', decision: stored });
  if (decision.act === 'warn') batch.push(...noticeFacts(deps, situation, facts));

  let accrual = ask.overlay.accrual;
  let commandId: CommandId | undefined;
  if (decision.act === 'trip' || decision.act === 'restore') {
    const command = commandOf(deps, ask, stored);
    commandId = command.id;
    batch.push(
      { kind: 'command', command },
      { kind: 'relayDesired', meterId: command.meterId, desired: decision.act === 'trip' ? 'open' : 'closed', at: situation.now },
    );
    if (decision.act === 'trip') accrual = postFirst(deps, ask, accrual ?? facts.accrual, batch);
  }
  if (accrual !== undefined && accrual !== facts.accrual) batch.push({ kind: 'accrual', accrual });
  return { facts: batch, commandId, acts: batch.some(({ kind }) => ACTING.has(kind)) };
}

/** A trip's file rests on posted money: what is accrued is posted with it. */
function postFirst({ newId }: DecisionsDeps, { situation }: Ask, accrual: Accrual | undefined, batch: Fact[]): Accrual | undefined {
  const due = accrual === undefined ? undefined : chargeEntry({ id: newId('ent'), at: situation.now, actor: ACTOR }, accrual);
  if (due === undefined) return accrual;
  batch.push({ kind: 'entry', entry: due.entry });
  return due.accrual;
}

function commandOf({ newId }: DecisionsDeps, { facts, situation, decision }: Ask, { id }: StoredDecision): Command {
  const action: RelayAction = decision.act === 'trip' ? 'trip' : situation.restoreBy;
  const lifetimeMs = action === 'trip' ? situation.rules.tripDeadlineMs : situation.rules.restoreDeadlineMs;
  return {
    id: newId('cmd'),
    meterId: facts.meter.id,
    meterPointId: facts.meterPoint.id,
    action,
    cause: 'money',
    actor: ACTOR,
    reason: `available ${formatMoney(situation.available)} yuan`,
    decisionId: id,
    createdAt: situation.now,
    expiresAt: plusMs(situation.now, lifetimeMs),
    state: 'queued',
    version: 1,
  };
}

/** A balance that came back voids every trip for money that no frame has left for. */
function supersede(situation: Situation): readonly Fact[] {
  if (isExhausted(situation)) return [];
  return situation.openCommands
    .filter(({ action, cause, state }) => action === 'trip' && cause === 'money' && isWaiting(state))
    .flatMap(({ id, state, meterId }): Fact[] => [
      {
        kind: 'commandMove',
        move: {
          commandId: id,
          from: state,
          to: 'superseded',
          at: situation.now,
          reason: `available ${formatMoney(situation.available)} yuan`,
          evidence: undefined,
        },
      },
      { kind: 'relayDesired', meterId, desired: 'closed', at: situation.now },
    ]);
}

function crossingFacts(situation: Situation, { meterPoint }: MeterPointFacts): readonly Fact[] {
  const number = situation.crossing?.number ?? 0;
  const fact = (to: number, below: boolean): Fact => ({
    kind: 'crossing',
    crossing: { meterPointId: meterPoint.id, number: to, below, at: situation.now },
  });
  if (crossingStarts(situation)) return [fact(number + 1, true)];
  return crossingEnds(situation) ? [fact(number, false)] : [];
}

function noticeFacts({ newId }: DecisionsDeps, situation: Situation, { meterPoint }: MeterPointFacts): readonly Fact[] {
  const kind = noticeWanted(situation);
  if (kind === undefined)
    throw new AppError('invariant-violated', 'a warning was decided without a notice', { meterPointId: meterPoint.id });
  const crossing = (situation.crossing?.number ?? 0) + (crossingStarts(situation) ? 1 : 0);
  return [
    {
      kind: 'notice',
      notice: {
        id: newId('ntc'),
        accountId: meterPoint.accountId,
        meterPointId: meterPoint.id,
        kind,
        crossing,
        state: 'queued',
        queuedAt: situation.now,
        settledAt: undefined,
        receipt: undefined,
        text: textOf(kind, situation),
      },
    },
  ];
}
