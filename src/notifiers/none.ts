import type { Notifier } from '../core/ports/notifier.ts';
import { err } from '../kernel/result.ts';

/** No channel is configured: nothing is delivered, so that nobody who was not told is ever tripped. */
export const noNotifier: Notifier = {
  simulated: false,
  deliver: async () => err({ code: 'not-delivered', reason: 'no notifier is configured' }),
};
