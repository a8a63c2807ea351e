import type { HoldService } from '../core/services/hold-service.ts';
import type { ReversalService } from '../core/services/reversal-service.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { type RunningLoop, startLoop } from './loop.ts';

const REST_MS = 1_000;

export interface ExpiryJobDeps {
  readonly holds: HoldService;
  readonly reversals: ReversalService;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Ends what nobody came for in time: money that was set aside, reversals that nobody approved. */
export function startExpiryJob({ holds, reversals, clock, logger }: ExpiryJobDeps): RunningLoop {
  return startLoop({
    name: 'expiry',
    clock,
    logger,
    round: async () => ((await holds.expireDue()) + (await reversals.expireDue()) > 0 ? 0 : REST_MS),
  });
}
