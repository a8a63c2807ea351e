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

const ASK: Entry = { kind: 'ask' };
const LEAVE: Entry = { kind: 'leave' };

/** Reads that somebody or something waits for are always tried; these are not. */
const isPatient = (priority: Priority) => priority === 'scheduled' || priority === 'back-fill' || priority === 'probe';

interface AdmissionParts {
  readonly book: HealthBook;
  readonly share: ProbeShare;
  readonly timing: ReplyTiming;
}

export const createAdmission = (parts: AdmissionParts): Admission => new HealthAdmission(parts);

class HealthAdmission implements Admission {
  private readonly book: HealthBook;
  private readonly share: ProbeShare;
  private readonly timing: ReplyTiming;

  constructor({ book, share, timing }: AdmissionParts) {
    this.book = book;
    this.share = share;
    this.timing = timing;
  }

  judge(exchange: Exchange, priority: Priority): Entry {
    if (!isPatient(priority)) return ASK;
    const advice = this.book.admission(exchange.meter);
    if (advice === 'ask') return ASK;
    if (advice === 'leave') return LEAVE;
    const costMs = this.timing.fullWaitMs(exchange);
    if (!this.share.admit(costMs)) return LEAVE;
    this.book.beginProbe(exchange.meter);
    return { kind: 'probe', costMs };
  }

  isStillWorthwhile(exchange: Exchange, priority: Priority): boolean {
    return !isPatient(priority) || !this.book.isSilent(exchange.meter);
  }

  release(exchange: Exchange, paidMs: number, usedMs: number): void {
    this.share.refund(paidMs - usedMs);
    this.book.endProbe(exchange.meter);
  }
}
