import type { LineId } from '../kernel/ids.ts';
import type { BusHealth } from '../transports/bus/bus.ts';

/** A line as operators see it: what its bus says of itself, under the name that the configuration gives it. */
export interface LineView extends BusHealth {
  readonly id: LineId;
  readonly name: string;
  /** Of a line that dials in: whether its meters have proven who they are. */
  readonly binding: 'unverified' | 'verified' | 'refused' | undefined;
  /** What its polls need by the configuration; undefined where nothing is known of it. */
  readonly plan: { readonly share: number; readonly arithmetic: string | undefined } | undefined;
}
