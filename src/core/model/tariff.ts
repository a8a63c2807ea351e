import type { Price } from '../../kernel/units.ts';
import type { RegisterName } from './register.ts';

/** One priced band: the register that counts it, the price, and the component it is booked under. */
export interface Rate {
  /** Bill line and revenue component, as `energy` or `energy:peak`. */
  readonly component: string;
  readonly register: RegisterName;
  readonly price: Price;
}

/** A price plan whose charge is a sum over registers: flat has one rate, time of use one for each tariff register of the meter. */
export interface Tariff {
  readonly id: string;
  readonly rates: readonly Rate[];
}
