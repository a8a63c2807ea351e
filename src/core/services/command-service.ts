import { AppError } from '../../kernel/app-error.ts';
import { type Clock, type Instant, plusMs } from '../../kernel/clock.ts';
import { type Actor, asId, type CommandId, type MeterId, type NewId } from '../../kernel/ids.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { isWaiting } from '../feecontrol/command-states.ts';
import { decideManually, givesWay } from '../feecontrol/decide.ts';
import type { Command, RelayAction } from '../model/command.ts';
import type { StoredDecision, Term } from '../model/decision.ts';
import type { Fact } from '../model/fact.ts';
import type { MeterPointFacts } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { factsOfMove, moveTo, supersede } from './command-moves.ts';
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

async function cancel({ store, clock }: CommandDeps, commandId: CommandId, actor: Actor): Promise<Result<Command, CommandError>> {
  const found = await store.read('command', { commandId });
  if (found === undefined) return err({ code: 'not-found' });
  const { command } = found;
  if (!isWaiting(command.state)) return err({ code: 'command-finished' });
  const at = clock.now();
  const outcome = await store.commit({
    facts: [
      ...factsOfMove(command, moveTo(command, 'cancelled', at, `withdrawn by ${actor}`)),
      ...(await staysOpen(store, command, at)),
      { kind: 'audit', at, actor, action: 'command.cancel', subject: `command:${commandId}`, outcome: 'done', detail: '' },
    ],
  });
  if (outcome.status === 'committed') return ok({ ...command, state: 'cancelled', version: command.version + 1 });
  return err({ code: outcome.status === 'refused' ? outcome.code : 'command-finished' });
}

/** A closing that is withdrawn leaves an open relay as it is; what the account wants of it the next poll decides. */
async function staysOpen(store: Store, { action, meterId }: Command, at: Instant): Promise<readonly Fact[]> {
  const view = action === 'trip' ? undefined : await store.read('meter', { meterId });
  return view?.relay.reported === 'open' ? [{ kind: 'relayDesired', meterId, desired: 'open', at }] : [];
}

const fingerprintOf = ({ meterId, action, reason, expiresAt }: CommandOrder): string =>
  JSON.stringify([meterId, action, reason, expiresAt]);
