import { FUNCTION_1997 } from './1997/functions.ts';
import { FUNCTION } from './2007/functions.ts';

/**
 * Functions of either year whose requests or answers carry a password or what keys have made: their data is never shown
 * raw, nor where a frame is taken for one of the other year.
 */
export const SECRET_FUNCTIONS: ReadonlySet<number> = new Set<number>([
  FUNCTION_1997.write,
  FUNCTION_1997.changePassword,
  FUNCTION_1997.clearDemand,
  FUNCTION.authenticate,
  FUNCTION.write,
  FUNCTION.changePassword,
  FUNCTION.clearDemand,
  FUNCTION.clearMeter,
  FUNCTION.clearEvents,
  FUNCTION.relay,
]);
