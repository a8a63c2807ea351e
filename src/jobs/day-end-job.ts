import type { ChargeService } from '../core/services/charge-service.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { type RunningLoop, startLoop } from './loop.ts';

const REST_MS = 60_000;

/** Posts the use of business days that are over; what was missed while the process was down is caught up at the start. */
export function startDayEndJob({ charges, clock, logger }: { charges: ChargeService; clock: Clock; logger: Logger }): RunningLoop {
  return startLoop({
    name: 'day-end',
    clock,
    logger,
    async round() {
      await charges.closeDays();
      return REST_MS;
    },
  });
}
