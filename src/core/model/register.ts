declare const register: unique symbol;
/** One quantity that a meter keeps: its OBIS code where one exists, else `dlt645:DI`. */
export type RegisterName = string & { readonly [register]: 'register' };

export const asRegister = (text: string): RegisterName => text as RegisterName;

/** Forward active energy, all rates. */
export const ENERGY_TOTAL = asRegister('1-0:1.8.0');
/** Active power now, all phases; negative while energy flows back. */
export const ACTIVE_POWER = asRegister('1-0:16.7.0');

/** Forward active energy of rate 1..63. */
export const energyOfRate = (rate: number): RegisterName => asRegister(`1-0:1.8.${rate}`);
