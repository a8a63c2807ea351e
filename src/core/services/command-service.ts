import { AppError } from '../../kernel/app-error.ts';
import { type Clock, type Instant, plusMs } from '../../kernel/clock.ts';
import { type Actor, asId, type CommandId, type MeterId, type NewId } from '../../kernel/ids.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { isWaiting } from '../feecontrol/command-states.ts';
import { decideManually, givesWay } from '../feecontrol/decide.ts';
import type { Command, CommandMove, RelayAction } from '../model/command.ts';
import type { StoredDecision, Term } from '../model/decision.ts';
import type { Fact } from '../model/fact.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import type { Batch, Store } from '../ports/store.ts';
import { desiredAfter, expectMeter, moveTo, supersede } from './command-moves.ts';
import { CONFLICT_LIMIT, expectationsOf } from './decisions.ts';
import { createKeyGate, type KeyError, type Once } from './idempotency.ts';
import type { Situations } from './situations.ts';

/** What a person asks a relay to do; `restore` becomes what the contract says. */
export interface CommandOrder {
  readonly meterId: MeterId;
  readonly action: RelayAction | 'restore';
  readonly reason: string;
  /** Undefined: the rule set's lifetime for such a command, counted from its commit. */
  readonly expiresAt: Instant | undefined;
  readonly idempotencyKey: string;
  readonly actor: Actor;
}

export type CommandError =
  | KeyError
  | { readonly code: 'not-found' | 'command-expired' | 'command-finished' | 'conflict' | 'no-space' | 'overloaded' }
  | { readonly code: 'command-refused'; readonly terms: readonly Term[] };

export interface CommandService {
  request(order: CommandOrder): Promise<Result<Once<Command>, CommandError>>;
  /** Withdraws a command that no frame has left for. */
  cancel(commandId: CommandId, actor: Actor): Promise<Result<Command, CommandError>>;
}

export interface CommandDeps {
  readonly store: Store;
  readonly situations: Situations;
  readonly clock: Clock;
  readonly newId: NewId;
}

export function createCommandService(deps: CommandDeps): CommandService {
  const gate = createKeyGate();
  return {
    request: (order) => gate(order.idempotencyKey, async () => (await findEarlier(deps.store, order)) ?? create(deps, order)),
    cancel: (commandId, actor) => cancel(deps, commandId, actor),
  };
}

async function findEarlier(store: Store, order: CommandOrder): Promise<Result<Once<Command>, CommandError> | undefined> {
  const known = await store.read('idempotencyKey', { key: order.idempotencyKey });
  if (known === undefined) return undefined;
  if (known.fingerprint !== fingerprintOf(order)) return err({ code: 'idempotency-mismatch' });
  const found = await store.read('command', { commandId: asId<CommandId>(known.resource.replace(/^command:/, '')) });
  if (found === undefined)
    throw new AppError('invariant-violated', 'a used key names a command that is not there', { resource: known.resource });
  return ok({ value: found.command, replayed: true });
}

async function create(deps: CommandDeps, order: CommandOrder): Promise<Result<Once<Command>, CommandError>> {
  if (order.expiresAt !== undefined && order.expiresAt <= deps.clock.now()) return err({ code: 'command-expired' });
  const view = await deps.store.read('meter', { meterId: order.meterId });
  if (view === undefined) return err({ code: 'not-found' });
  for (let attempt = 0; attempt < CONFLICT_LIMIT; attempt++) {
    const facts = await deps.situations.load(view.meterPoint.id);
    const situation = deps.situations.of(facts);
    const action = order.action === 'restore' ? situation.restoreBy : order.action;
    const decision = decideManually(action, situation);
    // What is unknown now is read back before the frame leaves; what is plainly unmet is refused at once.
    if (decision.terms.some(({ verdict }) => verdict === 'unmet')) return err({ code: 'command-refused', terms: decision.terms });
    const stored: StoredDecision = { ...decision, id: deps.newId('dec'), meterPointId: view.meterPoint.id, at: situation.now };
    const command = commandOf(deps, { ...order, action }, facts, stored);
    const outcome = await deps.store.commit({ facts: factsOf(order, command, stored, facts), expect: expectationsOf(facts, true) });
    if (outcome.status === 'committed') return ok({ value: command, replayed: false });
    if (outcome.status === 'refused') return err({ code: outcome.code });
    if (outcome.status === 'duplicate') return (await findEarlier(deps.store, order)) ?? err({ code: 'conflict' });
  }
  return err({ code: 'conflict' });
}

function commandOf(
  { newId, clock, situations }: CommandDeps,
  order: CommandOrder & { readonly action: RelayAction },
  { meterPoint, meter }: MeterPointFacts,
  { id: decisionId }: StoredDecision,
): Command {
  const createdAt = clock.now();
  const { tripDeadlineMs, restoreDeadlineMs } = situations.termsOf(meterPoint.id).rules;
  return {
    id: newId('cmd'),
    meterId: meter.id,
    meterPointId: meterPoint.id,
    action: order.action,
    cause: 'manual',
    actor: order.actor,
    reason: order.reason,
    decisionId,
    createdAt,
    expiresAt: order.expiresAt ?? plusMs(createdAt, order.action === 'trip' ? tripDeadlineMs : restoreDeadlineMs),
    state: 'queued',
    version: 1,
  };
}

function factsOf(order: CommandOrder, command: Command, decision: StoredDecision, facts: MeterPointFacts): readonly Fact[] {
  const at = command.createdAt;
  return [
    { kind: 'idempotencyKey', key: order.idempotencyKey, fingerprint: fingerprintOf(order), resource: `command:${command.id}`, at },
    { kind: 'decision', decision },
    ...replaced(command, facts)
      .flatMap((open) => supersede(open, at, `${command.action} asked for by ${command.actor}`))
      .map((move): Fact => ({ kind: 'commandMove', move })),
    { kind: 'command', command },
    { kind: 'relayDesired', meterId: command.meterId, desired: command.action === 'trip' ? 'open' : 'closed', at },
  ];
}

/** A closing out-ranks every trip that no frame has left for; a trip or a close takes the place of an arm that waits for its button. */
function replaced({ action }: Command, { openCommands, relay }: MeterPointFacts): readonly Command[] {
  return openCommands.filter(
    (open) => givesWay(open, action, relay) || (action !== 'trip' && open.action === 'trip' && isWaiting(open.state)),
  );
}

async function cancel(deps: CommandDeps, commandId: CommandId, actor: Actor): Promise<Result<Command, CommandError>> {
  const { store, clock } = deps;
  for (let attempt = 0; attempt < CONFLICT_LIMIT; attempt++) {
    const found = await store.read('command', { commandId });
    if (found === undefined) return err({ code: 'not-found' });
    const { command } = found;
    if (!isWaiting(command.state)) return err({ code: 'command-finished' });
    const at = clock.now();
    const move = moveTo(command, 'cancelled', at, `withdrawn by ${actor}`);
    const { facts, expect } = await leftBehind(deps, command, move);
    const outcome = await store.commit({
      facts: [
        { kind: 'commandMove', move },
        ...facts,
        { kind: 'audit', at, actor, action: 'command.cancel', subject: `command:${commandId}`, outcome: 'done', detail: '' },
      ],
      expect,
    });
    if (outcome.status === 'committed') return ok({ ...command, state: 'cancelled', version: command.version + 1 });
    if (outcome.status === 'refused') return err({ code: outcome.code });
  }
  return err({ code: 'conflict' });
}

/** What is wanted of the relay where a command is withdrawn, as far as no other has moved meanwhile. */
async function leftBehind(
  { situations }: CommandDeps,
  command: Command,
  move: CommandMove,
): Promise<Batch & Required<Pick<Batch, 'expect'>>> {
  if (!situations.knows(command.meterPointId)) return { facts: [], expect: [] };
  const facts = await situations.load(command.meterPointId);
  return { facts: desiredAfter(command, move, facts), expect: expectMeter(facts) };
}

const fingerprintOf = ({ meterId, action, reason, expiresAt }: CommandOrder): string =>
  JSON.stringify([meterId, action, reason, expiresAt]);
