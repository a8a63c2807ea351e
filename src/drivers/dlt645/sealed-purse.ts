/** The purse in a meter's ESAM: what it holds (078102FF), its opening (070101FF) and a recharge (070102FF), each in a session of its own. */
import { readPurseStatus, SECURITY_DI, SECURITY_ERROR, writePurse } from '../../../protocols/dlt645/index.ts';
import type { PurseReport } from '../../core/model/recharge.ts';
import type { MeterFailure } from '../../core/ports/meter-gateway.ts';
import type { PurseAnswer, PurseOrder } from '../../core/ports/purse-gateway.ts';
import type { Clock } from '../../kernel/clock.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { countFen, fen } from '../../kernel/units.ts';
import { failureOfSigner } from '../seal.ts';
import { refusalOf } from './refusal.ts';
import { orderInSession, type SealedTalk } from './sealed-talk.ts';

const NOTHING = new Uint8Array(0);

export async function readSealedPurse(talk: SealedTalk, clock: Clock): Promise<Result<PurseReport, MeterFailure>> {
  const operator = talk.meter.operatorCode;
  const reply = await orderInSession(talk, async () => ok({ kind: 'security', di: SECURITY_DI.status, operator, body: NOTHING }));
  if (!reply.ok) return reply;
  if (reply.value?.kind === 'refused') return err(refusalOf(reply.value));
  const status = reply.value?.kind === 'security' ? readPurseStatus(reply.value.body) : undefined;
  if (status?.ok !== true) return err({ code: 'bad-value', sent: true, protocolError: 'the answer to the status query is none' });
  const { amountFen, count, customer } = status.value;
  return ok({ balance: fen(amountFen), count, customer, evidence: `dlt645:${SECURITY_DI.status}`, readAt: clock.now() });
}

export async function fillSealedPurse(talk: SealedTalk, { kind, ...purchase }: PurseOrder): Promise<Result<PurseAnswer, MeterFailure>> {
  const { signer } = talk.seal;
  const operator = talk.meter.operatorCode;
  const di = kind === 'opening' ? SECURITY_DI.openAccount : SECURITY_DI.recharge;
  const reply = await orderInSession(talk, async (session) => {
    const sealed = await (kind === 'opening' ? signer.openAccount(session, purchase) : signer.recharge(session, purchase));
    if (!sealed.ok) return err(failureOfSigner(sealed.error));
    return ok({ kind: 'security', di, operator, body: writePurse({ ...sealed.value, ...purchase, amountFen: countFen(purchase.amount) }) });
  });
  if (!reply.ok) return reply;
  if (reply.value?.kind !== 'refused') return ok('accepted');
  return (reply.value.error & SECURITY_ERROR.duplicateRecharge) !== 0 ? ok('duplicate') : err(refusalOf(reply.value));
}
