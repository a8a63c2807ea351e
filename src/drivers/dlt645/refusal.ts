import { ERROR_BIT, FUNCTION, type Refusal, refusalTexts } from '../../../protocols/dlt645/index.ts';
import type { MeterFailure } from '../../core/ports/meter-gateway.ts';

/** The meter said no: a wrong password is told apart, since it is ours to correct. */
export function refusalOf(refusal: Refusal): MeterFailure {
  const { error } = refusal;
  const code = refusal.function !== FUNCTION.authenticate && (error & ERROR_BIT.password) !== 0 ? 'wrong-password' : 'meter-refused';
  return { code, sent: true, protocolError: wordsOf(refusal) };
}

/** Why it said no, in its own words. */
export function wordsOf(refusal: Refusal): string {
  const texts = refusalTexts(refusal).join(', ');
  if (texts !== '') return texts;
  return refusal.errorBytes === 0 ? 'no reason given' : `error ${refusal.error.toString(16).toUpperCase()}`;
}
