import type { MeterFailure } from '../ports/meter-gateway.ts';

/** For a time line or a case. */
export const wordsOf = ({ code, protocolError }: MeterFailure): string =>
  protocolError === undefined ? code : `${code}: ${protocolError}`;

/** The meter, or the gateway for it, plainly said no: nothing was done. */
export const saysNo = ({ code }: MeterFailure): boolean =>
  code === 'meter-refused' || code === 'wrong-password' || code === 'unsupported-action';

/** What ends an order: a plain no, or nobody who seals it. */
export const endsOrder = (failure: MeterFailure): boolean => saysNo(failure) || failure.code === 'signer-refused';
