/**
 * Function 03: security authentication and prepay, between an encryption machine and the meter's ESAM. Before the 33H step:
 *
 *     request   DI0..DI3 | C0 C1 C2 C3 | body
 *     reply     DI0..DI3 | body
 *
 * The envelope carries the body as it is; `bodies.ts` takes the known ones apart. A refusal has two bytes, SERR (`refusal.ts`).
 */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { DI_BYTES, diAt, OPERATOR_BYTES, readOperator, writeDi, writeOperator } from '../2007/message.ts';
import type { MessageError } from '../message.ts';

export interface SecurityRequest {
  readonly kind: 'security';
  readonly di: string;
  /** 8 digits. */
  readonly operator: string;
  /** In the order of the line. Never for a log. */
  readonly body: Uint8Array;
}

const BODY_AT = DI_BYTES + OPERATOR_BYTES;

/** @errors bad-data where there is no DI and operator; never throws */
export function readSecurity(data: Uint8Array): Result<SecurityRequest, MessageError> {
  if (data.length < BODY_AT) return err({ code: 'bad-data', expected: 'a DI, an operator and a body' });
  return ok({ kind: 'security', di: diAt(data), operator: readOperator(data, DI_BYTES), body: data.slice(BODY_AT) });
}

export function writeSecurity({ di, operator, body }: SecurityRequest): Uint8Array {
  const data = new Uint8Array(BODY_AT + body.length);
  writeDi(data, di);
  writeOperator(data, DI_BYTES, operator);
  data.set(body, BODY_AT);
  return data;
}
