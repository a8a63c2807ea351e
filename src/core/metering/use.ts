import { type Energy, energy } from '../../kernel/units.ts';

/** What a register counted between two readings, before the ratio. */
export interface Use {
  readonly quantity: Energy;
  /** The register passed its highest value and began again at zero. */
  readonly rolledOver: boolean;
}

/** Energy registers have six whole digits (XXXXXX.XX): they begin again at a million kWh. */
const REGISTER_MODULUS: Energy = energy(1_000_000n * 1_000_000n);

/** The difference of two readings of one register; a smaller end is taken as a roll-over, for `judge` to believe or not. */
export function useBetween(start: Energy, end: Energy): Use {
  if (end >= start) return { quantity: energy(end - start), rolledOver: false };
  return { quantity: energy(end + REGISTER_MODULUS - start), rolledOver: true };
}

/** What the customer used: CT × PT times what the register counted. */
export function afterRatio(quantity: Energy, ratio: { readonly currentRatio: bigint; readonly voltageRatio: bigint }): Energy {
  return energy(quantity * ratio.currentRatio * ratio.voltageRatio);
}
