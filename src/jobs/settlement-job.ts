import type { SettlementService } from '../core/services/settlement-service.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { type RunningLoop, startLoop } from './loop.ts';

const REST_MS = 60_000;

export interface SettlementJobDeps {
  readonly settlement: SettlementService;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Settles periods that have ended, looks again at those that something was corrected of, and lets own money pay what is owed; what was
 * missed is caught up at the start.
 */
export function startSettlementJob({ settlement, clock, logger }: SettlementJobDeps): RunningLoop {
  return startLoop({
    name: 'settlement',
    clock,
    logger,
    async round() {
      const settled = await settlement.run();
      const corrected = await settlement.review();
      const paid = await settlement.payDebts();
      const done = settled + corrected + paid;
      if (done > 0) logger.info({ settled, corrected, paid }, 'periods were settled, and debts paid from own money');
      return done > 0 ? 0 : REST_MS;
    },
  });
}
