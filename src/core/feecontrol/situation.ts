import type { Instant } from '../../kernel/clock.ts';
import type { LocalTime } from '../../kernel/local-time.ts';
import type { Money } from '../../kernel/units.ts';
import type { Remark } from '../model/bill.ts';
import type { Case } from '../model/case.ts';
import type { Command } from '../model/command.ts';
import type { Crossing } from '../model/crossing.ts';
import type { LimiterCounts } from '../model/limiter.ts';
import type { Mark } from '../model/mark.ts';
import type { RelayBelief } from '../model/meter.ts';
import type { Notice } from '../model/notice.ts';
import type { Reading } from '../model/reading.ts';
import type { RuleSet } from '../model/rule-set.ts';

/** Everything that a decision about one meter point may look at: data, taken from one snapshot. */
export interface Situation {
  readonly now: Instant;
  /** `now` on the wall of the meter point; weekday 0 is Sunday. */
  readonly local: LocalTime & { readonly weekday: number };
  readonly rules: RuleSet;
  readonly accountOpen: boolean;
  /** A signed fee-control agreement in a contract that lacks nothing. */
  readonly agreement: { readonly held: boolean; readonly proof: string };
  readonly keepPower: boolean;
  readonly restoreBy: 'close' | 'arm';
  readonly balance: Money;
  /** balance − holds − accrued. */
  readonly available: Money;
  /** Use is taken from money that is there already; who pays after reading is neither warned nor tripped by his balance. */
  readonly paysBefore: boolean;
  /** Why the charge is not final. */
  readonly provisional: readonly Remark[];
  /** Oldest of the newest readings that the charge rests on; undefined while one is missing. */
  readonly reading: Reading | undefined;
  readonly relay: RelayBelief;
  readonly openCommands: readonly Command[];
  /** The opening that we commanded and have not taken back. */
  readonly lastOpening: Command | undefined;
  readonly crossing: Crossing | undefined;
  /** Of the newest crossing. */
  readonly notices: readonly Notice[];
  readonly marks: readonly Mark[];
  readonly openCases: readonly Case[];
  readonly limiter: LimiterCounts;
  /** The line of this meter ends in a simulator. */
  readonly simulatedLine: boolean;
}
