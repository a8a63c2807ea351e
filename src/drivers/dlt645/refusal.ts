import { ERROR_BIT, errorTexts, type Refusal } from '../../../protocols/dlt645/index.ts';
import type { MeterFailure } from '../../core/ports/meter-gateway.ts';

/** The meter said no: a wrong password is told apart, since it is ours to correct. */
export function refusalOf({ error }: Refusal): MeterFailure {
  const code = (error & ERROR_BIT.password) !== 0 ? 'wrong-password' : 'meter-refused';
  return { code, sent: true, protocolError: errorTexts(error).join(', ') || `error ${error.toString(16).toUpperCase()}` };
}
