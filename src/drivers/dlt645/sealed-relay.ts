/** A relay order for a meter that obeys only what is sealed for its ESAM: function 1C in a session that begins for it alone. */
import type { MeterFailure, RelayOrder } from '../../core/ports/meter-gateway.ts';
import { toLocalTime } from '../../kernel/local-time.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { failureOfSigner } from '../seal.ts';
import { refusalOf } from './refusal.ts';
import { orderInSession, type SealedTalk } from './sealed-talk.ts';

/** Level 98 says that what follows is sealed. The password behind it is not looked at; no source gives it a meaning but P2 = 01. */
const SEALED_PASSWORD = '98000000';

export async function operateSealedRelay(talk: SealedTalk, { action, expiresAt }: RelayOrder): Promise<Result<'accepted', MeterFailure>> {
  const { meter, seal } = talk;
  const reply = await orderInSession(talk, async (session) => {
    const sealed = await seal.signer.sealRelay(session, { action, validUntil: toLocalTime(expiresAt, meter.zone) });
    if (!sealed.ok) return err(failureOfSigner(sealed.error));
    return ok({ kind: 'sealed-relay', password: SEALED_PASSWORD, operator: meter.operatorCode, ...sealed.value });
  });
  if (!reply.ok) return reply;
  return reply.value?.kind === 'refused' ? err({ ...refusalOf(reply.value), code: 'meter-refused' }) : ok('accepted');
}
