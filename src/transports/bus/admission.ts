import type { Exchange, Priority } from './exchange.ts';
import type { HealthBook } from './meter-health.ts';
import type { ProbeShare } from './probe-share.ts';
import type { ReplyTiming } from './reply-timing.ts';

/** How a request may enter: as what it is, as a paid probe of a silent meter, or not at all. */
export type Entry = { readonly kind: 'ask' } | { readonly kind: 'probe'; readonly costMs: number } | { readonly kind: 'leave' };

/** Keeps silent meters from costing the others their line. */
export interface Admission {
  judge(exchange: Exchange, priority: Priority): Entry;
  /** A read that came in before its meter fell silent, looked at again when its turn comes. */
  isStillWorthwhile(exchange: Exchange, priority: Priority): boolean;
  /** Ends a probe that took `usedMs` of what was paid for it. */
  release(exchange: Exchange, paidMs: number, usedMs: number): void;
}

/** Reads that somebody or something waits for are always tried; these are not. */
const isPatient = (priority: Priority) => priority === 'scheduled' || priority === 'back-fill' || priority === 'probe';

export function createAdmission({ book, share, timing }: { book: HealthBook; share: ProbeShare; timing: ReplyTiming }): Admission {
  return {
    judge(exchange, priority) {
      if (!isPatient(priority)) return { kind: 'ask' };
      const advice = book.admission(exchange.meter);
      if (advice !== 'probe') return { kind: advice };
      const costMs = timing.fullWaitMs(exchange);
      if (!share.admit(costMs)) return { kind: 'leave' };
      book.beginProbe(exchange.meter);
      return { kind: 'probe', costMs };
    },
    isStillWorthwhile: (exchange, priority) => !isPatient(priority) || !book.isSilent(exchange.meter),
    release(exchange, paidMs, usedMs) {
      share.refund(paidMs - usedMs);
      book.endProbe(exchange.meter);
    },
  };
}
