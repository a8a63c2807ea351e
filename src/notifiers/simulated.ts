import type { Notifier } from '../core/ports/notifier.ts';
import { ok } from '../kernel/result.ts';

/** Delivers to nobody and gives a receipt that says so; rule sets for real lines do not load with it. */
export const simulatedNotifier: Notifier = {
  simulated: true,
  deliver: async (notice) => ok({ receipt: `simulated:${notice.id}` }),
};
