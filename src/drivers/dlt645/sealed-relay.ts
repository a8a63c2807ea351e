/**
 * A relay order for a meter that obeys only what is sealed for its ESAM: the signer's proof, the meter's answer to it, then
 * function 1C with the order sealed in that session. Each frame is sent once. A meter counts wrong seals and in the end
 * shuts itself off from us, so one that it has refused is never shown again: another order is another session.
 */
import {
  LONGEST_SECURITY_ANSWER,
  type Request,
  readAuthenticationAnswer,
  SECURITY_DI,
  writeAuthentication,
} from '../../../protocols/dlt645/index.ts';
import type { Asking, MeterFailure, RelayOrder } from '../../core/ports/meter-gateway.ts';
import type { Session, SignerFailure } from '../../core/ports/signer.ts';
import { toLocalTime } from '../../kernel/local-time.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { DriverMeter, MeterSeal } from '../driver.ts';
import { requestTo } from './edition-2007.ts';
import { exchangeOf } from './exchange.ts';
import { refusalOf } from './refusal.ts';

/** Level 98 says that what follows is sealed. The password behind it is not looked at; no source gives it a meaning but P2 = 01. */
const SEALED_PASSWORD = '98000000';

interface SealedTalk {
  readonly bus: Bus;
  readonly meter: DriverMeter;
  readonly seal: MeterSeal;
  readonly asking: Asking;
}

/** The caller gives one order at a time to a meter: a session that begins ends the one before it. */
export async function operateSealedRelay(talk: SealedTalk, { action, expiresAt }: RelayOrder): Promise<Result<'accepted', MeterFailure>> {
  const { meter, seal } = talk;
  const session = await beginSession(talk);
  if (!session.ok) return session;
  const sealed = await seal.signer.sealRelay(session.value, { action, validUntil: toLocalTime(expiresAt, meter.zone) });
  if (!sealed.ok) return err(failureOfSigner(sealed.error));
  const { cipher, mac } = sealed.value;
  const reply = await ask(talk, { kind: 'sealed-relay', password: SEALED_PASSWORD, operator: meter.operatorCode, cipher, mac });
  if (!reply.ok) return reply;
  return reply.value?.kind === 'refused' ? err({ ...refusalOf(reply.value), code: 'meter-refused' }) : ok('accepted');
}

/** Whatever goes wrong here, no relay frame has been sent. */
async function beginSession(talk: SealedTalk): Promise<Result<Session, MeterFailure>> {
  const { meter, seal } = talk;
  const secured = { address: meter.address, simulatedLine: seal.simulatedLine };
  const proof = await seal.signer.authenticate(secured);
  if (!proof.ok) return err(failureOfSigner(proof.error));
  const body = writeAuthentication(proof.value);
  const reply = await ask(talk, { kind: 'security', di: SECURITY_DI.authenticate, operator: meter.operatorCode, body });
  if (!reply.ok) return err({ ...reply.error, sent: false });
  if (reply.value?.kind === 'refused') {
    const { protocolError = '' } = refusalOf(reply.value);
    return err({ code: 'meter-refused', sent: false, protocolError: `no session begun: ${protocolError}` });
  }
  const answer = reply.value?.kind === 'security' ? readAuthenticationAnswer(reply.value.body) : undefined;
  if (answer?.ok !== true) return err({ code: 'bad-value', sent: false, protocolError: 'the answer to the authentication is none' });
  return ok({ meter: secured, ...answer.value });
}

async function ask({ bus, meter, asking }: SealedTalk, request: Request) {
  const asked = requestTo(meter.address, request);
  const exchange = exchangeOf({ meter, request: asked, longestData: LONGEST_SECURITY_ANSWER, repeatable: false });
  const reply = await bus.request(exchange, asking);
  return reply.ok ? ok(asked.replyIn(reply.value.bytes)) : reply;
}

const failureOfSigner = ({ code, reason }: SignerFailure): MeterFailure => ({ code, sent: false, protocolError: reason });
