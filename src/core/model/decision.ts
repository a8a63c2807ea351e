import type { Instant } from '../../kernel/clock.ts';
import type { DecisionId, MeterPointId } from '../../kernel/ids.ts';

export type Act = 'none' | 'warn' | 'trip' | 'restore' | 'hold';
export type Verdict = 'met' | 'unmet' | 'unknown';

/** One condition of an act, judged, with its proof in words and figures. */
export interface Term {
  readonly name: string;
  readonly verdict: Verdict;
  readonly proof: string;
}

/** What the situation asks for, and every term it rests on: the trip's file. */
export interface Decision {
  readonly act: Act;
  /** The act that was wanted, where doubt held it. */
  readonly wanted: Act;
  readonly terms: readonly Term[];
}

export interface StoredDecision extends Decision {
  readonly id: DecisionId;
  readonly meterPointId: MeterPointId;
  readonly at: Instant;
}
