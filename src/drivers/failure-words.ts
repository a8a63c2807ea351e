import type { MeterFailure } from '../core/ports/meter-gateway.ts';

/** For a report to a person. */
export const failureWords = ({ code, protocolError }: Pick<MeterFailure, 'code' | 'protocolError'>): string =>
  protocolError === undefined ? code : `${code}: ${protocolError}`;
