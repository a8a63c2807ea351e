import type { NoticeService } from '../core/services/notice-service.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { type RunningLoop, startLoop } from './loop.ts';

const REST_MS = 500;

/** Hands out queued notices as they come. */
export function startNoticeJob({ notices, clock, logger }: { notices: NoticeService; clock: Clock; logger: Logger }): RunningLoop {
  return startLoop({ name: 'notices', clock, logger, round: async () => ((await notices.deliverQueued()) > 0 ? 0 : REST_MS) });
}
