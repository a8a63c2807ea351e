import type { ChargeService } from '../core/services/charge-service.ts';
import type { LateFeeService } from '../core/services/late-fee-service.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { type RunningLoop, startLoop } from './loop.ts';

const REST_MS = 60_000;

export interface DayEndJobDeps {
  readonly charges: ChargeService;
  readonly lateFees: LateFeeService;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Posts the use and the late fees of business days that are over; what was missed while the process was down is caught up at the start. */
export function startDayEndJob({ charges, lateFees, clock, logger }: DayEndJobDeps): RunningLoop {
  return startLoop({
    name: 'day-end',
    clock,
    logger,
    async round() {
      await charges.closeDays();
      await lateFees.run();
      return REST_MS;
    },
  });
}
