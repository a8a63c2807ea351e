import type { HoldService } from '../core/services/hold-service.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { type RunningLoop, startLoop } from './loop.ts';

const REST_MS = 1_000;

/** Gives back money that was set aside and that nobody came for. */
export function startHoldExpiryJob({ holds, clock, logger }: { holds: HoldService; clock: Clock; logger: Logger }): RunningLoop {
  return startLoop({ name: 'hold-expiry', clock, logger, round: async () => ((await holds.expireDue()) > 0 ? 0 : REST_MS) });
}
