declare const register: unique symbol;
/** One quantity that a meter keeps: its OBIS code where one exists, else `dlt645:DI`. */
export type RegisterName = string & { readonly [register]: 'register' };

export const asRegister = (text: string): RegisterName => text as RegisterName;

/** Forward active energy, all rates. */
export const ENERGY_TOTAL = asRegister('1-0:1.8.0');
/** Active power now, all phases; negative while energy flows back. */
export const ACTIVE_POWER = asRegister('1-0:16.7.0');

/** What the meter's own clock shows, as `2026-11-24` and `08:15:00`. */
export const CLOCK_DATE = asRegister('1-0:0.9.2');
export const CLOCK_TIME = asRegister('1-0:0.9.1');

/** Forward active energy of rate 1..63. */
export const energyOfRate = (rate: number): RegisterName => asRegister(`1-0:1.8.${rate}`);
