import { AppError } from '../../kernel/app-error.ts';
import { type Clock, type Instant, plusMs } from '../../kernel/clock.ts';
import { type Actor, asId, type MeterId, type NewId, type RechargeId } from '../../kernel/ids.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { formatMoney, type Money } from '../../kernel/units.ts';
import { isWaiting } from '../feecontrol/command-states.ts';
import type { MeterPoint } from '../model/meter.ts';
import type { Recharge } from '../model/recharge.ts';
import type { PurseGateway } from '../ports/purse-gateway.ts';
import type { Store } from '../ports/store.ts';
import { createKeyGate, type KeyError, type Once } from './idempotency.ts';
import { rechargeTo } from './recharge-moves.ts';
import type { Situations } from './situations.ts';

/** What somebody who took a customer's money asks for. */
export interface RechargeOrder {
  readonly kind: Recharge['kind'];
  readonly meterId: MeterId;
  /** Whole fen, above zero. */
  readonly amount: Money;
  /** Purchases with this one, where the caller keeps count; else it is one more than the meter has. */
  readonly count: number | undefined;
  readonly customer: string;
  readonly reason: string;
  readonly expiresAt: Instant | undefined;
  readonly idempotencyKey: string;
  readonly actor: Actor;
}

export type RechargeError =
  | KeyError
  | {
      readonly code:
        | 'not-found'
        | 'unsupported-action'
        | 'recharge-under-way'
        | 'command-expired'
        | 'command-finished'
        | 'no-space'
        | 'overloaded';
    };

type Outcome<T> = Promise<Result<T, RechargeError>>;

export interface RechargeService {
  request(order: RechargeOrder): Outcome<Once<Recharge>>;
  /** Withdraws a recharge that no frame can be on its way for. */
  cancel(rechargeId: RechargeId, actor: Actor): Outcome<Recharge>;
}

export interface RechargeDeps {
  readonly store: Store;
  readonly situations: Pick<Situations, 'knows'>;
  readonly purses: Pick<PurseGateway, 'hasPurse'>;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** How long a recharge is tried where its caller does not say; a figure of our own: a customer stands at the counter meanwhile. */
const LIFETIME_MS = 600_000;
/** An opening is the first purchase. */
const FIRST_COUNT = 1;

export function createRechargeService(deps: RechargeDeps): RechargeService {
  const gate = createKeyGate();
  return {
    request: (order) => gate(order.idempotencyKey, async () => (await findEarlier(deps.store, order)) ?? create(deps, order)),
    cancel: (rechargeId, actor) => cancel(deps, rechargeId, actor),
  };
}

async function findEarlier(store: Store, order: RechargeOrder): Promise<Result<Once<Recharge>, RechargeError> | undefined> {
  const known = await store.read('idempotencyKey', { key: order.idempotencyKey });
  if (known === undefined) return undefined;
  if (known.fingerprint !== fingerprintOf(order)) return err({ code: 'idempotency-mismatch' });
  const found = await store.read('recharge', { rechargeId: asId<RechargeId>(known.resource.replace(/^recharge:/, '')) });
  if (found === undefined)
    throw new AppError('invariant-violated', 'a used key names a recharge that is not there', { resource: known.resource });
  return ok({ value: found.recharge, replayed: true });
}

async function create(deps: RechargeDeps, order: RechargeOrder): Outcome<Once<Recharge>> {
  const { store, situations, purses, clock } = deps;
  if (order.expiresAt !== undefined && order.expiresAt <= clock.now()) return err({ code: 'command-expired' });
  const view = await store.read('meter', { meterId: order.meterId });
  if (view === undefined) return err({ code: 'not-found' });
  if (!situations.knows(view.meterPoint.id) || !purses.hasPurse(order.meterId)) return err({ code: 'unsupported-action' });
  const recharge = rechargeOf(deps, order, view.meterPoint);
  const at = recharge.createdAt;
  const outcome = await store.commit({
    facts: [
      { kind: 'idempotencyKey', key: order.idempotencyKey, fingerprint: fingerprintOf(order), resource: `recharge:${recharge.id}`, at },
      { kind: 'recharge', recharge },
    ],
  });
  switch (outcome.status) {
    case 'committed':
      return ok({ value: recharge, replayed: false });
    case 'refused':
      return err({ code: outcome.code });
    case 'conflict':
      return err({ code: 'recharge-under-way' });
    case 'duplicate':
      return (await findEarlier(store, order)) ?? err({ code: 'idempotency-mismatch' });
  }
}

function rechargeOf({ newId, clock }: RechargeDeps, order: RechargeOrder, { id: meterPointId }: MeterPoint): Recharge {
  const createdAt = clock.now();
  const { kind, meterId, amount, count, customer, actor, reason, expiresAt } = order;
  return {
    id: newId('rch'),
    meterId,
    meterPointId,
    kind,
    amount,
    count: kind === 'opening' ? FIRST_COUNT : count,
    customer,
    actor,
    reason,
    createdAt,
    expiresAt: expiresAt ?? plusMs(createdAt, LIFETIME_MS),
    state: 'queued',
    version: 1,
  };
}

async function cancel({ store, clock }: RechargeDeps, rechargeId: RechargeId, actor: Actor): Outcome<Recharge> {
  const found = await store.read('recharge', { rechargeId });
  if (found === undefined) return err({ code: 'not-found' });
  const { recharge } = found;
  if (!isWaiting(recharge.state)) return err({ code: 'command-finished' });
  const at = clock.now();
  const outcome = await store.commit({
    facts: [
      { kind: 'rechargeMove', move: rechargeTo(recharge, 'cancelled', at, `withdrawn by ${actor}`) },
      { kind: 'audit', at, actor, action: 'recharge.cancel', subject: `recharge:${rechargeId}`, outcome: 'done', detail: '' },
    ],
  });
  if (outcome.status === 'committed') return ok({ ...recharge, state: 'cancelled', version: recharge.version + 1 });
  return err({ code: outcome.status === 'refused' ? outcome.code : 'command-finished' });
}

const fingerprintOf = ({ kind, meterId, amount, count, customer, reason, expiresAt }: RechargeOrder): string =>
  JSON.stringify([kind, meterId, formatMoney(amount), count, customer, reason, expiresAt]);
