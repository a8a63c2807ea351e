/** A purse as hardware: a balance, a count, a customer, and what a test scripts to become of each frame. Behind the core's purse gateway. */
import type { MeterFailure } from '../../src/core/ports/meter-gateway.ts';
import type { PurseGateway, PurseOrder } from '../../src/core/ports/purse-gateway.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { err, ok } from '../../src/kernel/result.ts';
import { addMoney, type Money, NO_MONEY } from '../../src/kernel/units.ts';

export type PurseFate = 'taken' | 'request-lost' | 'reply-lost' | 'refused' | 'line-down' | 'accepted-and-ignored' | 'late';

export interface ScriptedPurse {
  exists: boolean;
  balance: Money;
  count: number;
  customer: string;
  /** Answers nothing and hears nothing. */
  silent: boolean;
  /** Begins no session: the meter refuses whatever is asked. */
  suspended: boolean;
  /** Fates of the next frames; taken where the list ends. */
  readonly fates: PurseFate[];
  /** Every frame that was written to the line, and what the meter's count was then. */
  readonly frames: (PurseOrder & { readonly before: number })[];
  readings: number;
  /** What a late frame does when it arrives after all. */
  arrive: () => void;
}

const failure = (code: MeterFailure['code'], sent: boolean, protocolError?: string) =>
  err({ code, sent, ...(protocolError === undefined ? {} : { protocolError }) });

export function createScriptedPurse(clock: Clock): { readonly gateway: PurseGateway; readonly purse: ScriptedPurse } {
  const purse: ScriptedPurse = {
    exists: true,
    balance: NO_MONEY,
    count: 0,
    customer: '000000000000',
    silent: false,
    suspended: false,
    fates: [],
    frames: [],
    readings: 0,
    arrive: () => undefined,
  };
  const take = ({ amount, count, customer }: PurseOrder) =>
    Object.assign(purse, { balance: addMoney(purse.balance, amount), count, customer });
  return {
    purse,
    gateway: {
      hasPurse: () => purse.exists,
      async readPurse() {
        if (purse.silent) return failure('no-reply', true);
        if (purse.suspended) return failure('meter-refused', false, 'no session begun: remote control is suspended');
        purse.readings += 1;
        const { balance, count, customer } = purse;
        return ok({ balance, count, customer, evidence: 'scripted', readAt: clock.now() });
      },
      async fillPurse(_, order) {
        const fate = purse.fates.shift() ?? 'taken';
        if (fate === 'line-down') return failure('line-down', false);
        purse.frames.push({ ...order, before: purse.count });
        if (purse.silent || fate === 'request-lost') return failure('no-reply', true);
        if (fate === 'refused') return failure('meter-refused', true, 'ESAM verification failed');
        if (fate === 'late') {
          purse.arrive = () => take(order);
          return failure('no-reply', true);
        }
        if (fate === 'accepted-and-ignored') return ok('accepted' as const);
        if (order.count === purse.count) return ok('duplicate' as const);
        take(order);
        return fate === 'reply-lost' ? failure('no-reply', true) : ok('accepted' as const);
      },
    },
  };
}
