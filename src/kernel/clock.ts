/** The only file that touches `Date`, `performance` and timers; everyone else is handed a `Clock`. */

declare const instant: unique symbol;
/** UTC milliseconds since 1970, from an injected clock. */
export type Instant = number & { readonly [instant]: 'instant' };

export const instantOf = (utcMs: number): Instant => utcMs as Instant;
export const plusMs = (at: Instant, ms: number): Instant => instantOf(at + ms);

/** RFC 3339 with `Z` and milliseconds. */
export const formatInstant = (at: Instant): string => new Date(at).toISOString();
/** Undefined where the text is no RFC 3339 instant. */
export function parseInstant(text: string): Instant | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const ms = Date.parse(text);
  return Number.isNaN(ms) || day > daysIn(year, month) ? undefined : instantOf(ms);
}

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;
/** `Date` takes 30 February for 2 March. */
const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Cancels a timer; calling it twice is harmless. */
export type CancelTimer = () => void;

export interface Clock {
  /** Wall time; may step. */
  now(): Instant;
  /** Monotonic milliseconds with a fraction, for durations only. */
  monotonicMs(): number;
  /** Calls back once after `ms`; never early. */
  after(ms: number, callback: () => void): CancelTimer;
}

export const systemClock: Clock = {
  now: () => instantOf(Date.now()),
  monotonicMs: () => performance.now(),
  after(ms, callback) {
    // The runtime drops fractions, and would call early.
    const timer = setTimeout(callback, Math.ceil(ms));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or as soon as the signal aborts; never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(ms, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
