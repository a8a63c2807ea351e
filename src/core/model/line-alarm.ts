import type { Instant } from '../../kernel/clock.ts';
import type { LineId } from '../../kernel/ids.ts';

/** Something about a line that a person should look at soon. */
export interface LineAlarm {
  readonly lineId: LineId;
  readonly at: Instant;
  readonly kind: /** A second connection claimed the identity of a DTU that answers. */
    | 'second-refused'
    /** A silent DTU gave way to a second connection. */
    | 'replaced'
    /** Another meter answered in the place of one of the line's: the connection was ended. */
    | 'binding-refused'
    /** A meter of the line did not say who it is: nothing else is asked of it. */
    | 'binding-unproven';
  /** For a person. */
  readonly detail: string;
  /** How many of this kind were left out since the last one that was stored: they can come in thousands. */
  readonly leftOut: number;
}
