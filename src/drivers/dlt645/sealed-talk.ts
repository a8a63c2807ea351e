/**
 * Talks with a meter that believes only who has its keys: the signer's proof, the meter's answer to it, and what is sealed in the
 * session that this begins. Each frame is sent once. A meter counts wrong seals and in the end shuts itself off from us, so one that
 * it has refused is never shown again: another order is another session.
 */
import {
  FUNCTION,
  LONGEST_SECURITY_ANSWER,
  RELAY_AUTHENTICATION_EXPIRED,
  type Reply,
  type Request,
  readAuthenticationAnswer,
  SECURITY_DI,
  SECURITY_ERROR,
  writeAuthentication,
} from '../../../protocols/dlt645/index.ts';
import type { Asking, MeterFailure } from '../../core/ports/meter-gateway.ts';
import type { Session } from '../../core/ports/signer.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { DriverMeter } from '../driver.ts';
import { failureOfSigner, type MeterSeal, securedMeter } from '../seal.ts';
import { requestTo } from './edition-2007.ts';
import { ask } from './exchange.ts';
import { refusalOf } from './refusal.ts';

export interface SealedTalk {
  readonly bus: Bus;
  readonly meter: DriverMeter;
  readonly seal: MeterSeal;
  readonly asking: Asking;
}

/**
 * One order in a session of its own. A meter that has meanwhile lost the session, and says just that, has refused it unread: then a
 * new session is begun, once, and the order is sealed anew. No other refusal is followed by anything.
 */
export async function orderInSession(
  talk: SealedTalk,
  seal: (session: Session) => Promise<Result<Request, MeterFailure>>,
): Promise<Result<Reply | undefined, MeterFailure>> {
  const first = await orderOnce(talk, seal);
  return first.ok && hasLostSession(first.value) ? orderOnce(talk, seal) : first;
}

async function orderOnce(
  talk: SealedTalk,
  seal: (session: Session) => Promise<Result<Request, MeterFailure>>,
): Promise<Result<Reply | undefined, MeterFailure>> {
  const session = await beginSession(talk);
  if (!session.ok) return session;
  const request = await seal(session.value);
  return request.ok ? askSealed(talk, request.value) : request;
}

/** With a word of two bytes of which only this bit is set; a single byte does not tell it from a wrong seal. */
function hasLostSession(reply: Reply | undefined): boolean {
  if (reply?.kind !== 'refused' || reply.errorBytes !== 2) return false;
  return reply.error === (reply.function === FUNCTION.relay ? RELAY_AUTHENTICATION_EXPIRED : SECURITY_ERROR.authentication);
}

/** Whatever goes wrong here, no order has been sent. The caller talks to a meter about one thing at a time: a session that begins ends the one before it. */
async function beginSession(talk: SealedTalk): Promise<Result<Session, MeterFailure>> {
  const { meter, seal } = talk;
  const secured = securedMeter(meter, seal);
  const proof = await seal.signer.authenticate(secured);
  if (!proof.ok) return err(failureOfSigner(proof.error));
  const body = writeAuthentication(proof.value);
  const reply = await askSealed(talk, { kind: 'security', di: SECURITY_DI.authenticate, operator: meter.operatorCode, body });
  if (!reply.ok) return err({ ...reply.error, sent: false });
  if (reply.value?.kind === 'refused') {
    const { protocolError = '' } = refusalOf(reply.value);
    return err({ code: 'meter-refused', sent: false, protocolError: `no session begun: ${protocolError}` });
  }
  const answer = reply.value?.kind === 'security' ? readAuthenticationAnswer(reply.value.body) : undefined;
  if (answer?.ok !== true) return err({ code: 'bad-value', sent: false, protocolError: 'the answer to the authentication is none' });
  return ok({ meter: secured, ...answer.value });
}

/** One frame, once. */
async function askSealed({ bus, meter, asking }: SealedTalk, request: Request): Promise<Result<Reply | undefined, MeterFailure>> {
  const asked = requestTo(meter.address, request);
  const reply = await ask(bus, { meter, request: asked, longestData: LONGEST_SECURITY_ANSWER, repeatable: false }, asking);
  return reply.ok ? ok(asked.replyIn(reply.value.bytes)) : reply;
}
