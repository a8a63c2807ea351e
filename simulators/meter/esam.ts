/**
 * The ESAM in a simulated State Grid meter: it believes who proves that he has the key, for a while, and then opens what is sealed
 * for it and fills the purse (`purse.ts`). Wrong MACs are counted; at the limit remote control is suspended. How that ends on a
 * real meter is not confirmed: here it doesn't.
 */
import {
  customerText,
  FUNCTION,
  purseText,
  type Reply,
  type Request,
  readAuthentication,
  readPurse,
  readSealedOrder,
  readValidity,
  SECURITY_DI,
  SECURITY_ERROR,
  type SealedOrder,
  validityText,
  writeAuthenticationAnswer,
  writePurseStatus,
} from '../../protocols/dlt645/index.ts';
import { type Instant, plusMs } from '../../src/kernel/clock.ts';
import { createRandom } from '../random.ts';
import { MINUTE_MS } from './dial.ts';
import { createEsamCipher } from './esam-cipher.ts';
import { openPurse, type Purse, rechargePurse } from './purse.ts';

export type SecurityRequest = Extract<Request, { kind: 'security' }>;
type SealedRelayRequest = Extract<Request, { kind: 'sealed-relay' }>;

export interface Esam {
  /** Function 03. */
  answer(request: SecurityRequest, now: Instant): Reply;
  /** The order inside a sealed relay command; undefined where the ESAM does not let it through. */
  open(request: SealedRelayRequest, now: Instant): SealedOrder | undefined;
}

/** The default that the supplement's meters come with. */
const VALID_MINUTES = 5;
/** How many wrong MACs a meter bears; a figure of our own, the real one is not confirmed. */
const WRONG_MACS = 3;
const RANDOM_BYTES = 4;
const SERIAL_BYTES = 8;
const NOTHING = new Uint8Array(0);
/** No source gives its bits a meaning. */
const KEY_STATE = new Uint8Array(4);

/** @param holder of the purse, which the meter shows in its registers */
export function createEsam(address: string, holder: { purse: Purse }): Esam {
  const cipher = createEsamCipher(address);
  const random = createRandom(`${address}/esam`);
  const draw = (count: number) => Uint8Array.from({ length: count }, () => random.integer(0, 255));
  const serial = draw(SERIAL_BYTES);
  let session: { readonly random: Uint8Array; readonly until: Instant } | undefined;
  let validMs = VALID_MINUTES * MINUTE_MS;
  let wrongMacs = 0;

  const suspended = () => wrongMacs >= WRONG_MACS;

  /** What a session's random number and this text must give. */
  function believes(mac: Uint8Array, text: Uint8Array, begun: Uint8Array): boolean {
    const right = same(mac, cipher.mac(begun, text));
    if (!right) wrongMacs++;
    return right;
  }

  function authenticate({ di, body }: SecurityRequest, now: Instant): Reply {
    session = undefined;
    const read = readAuthentication(body);
    if (!read.ok) return refuse('other');
    const { cipher: proof, random: shown, factor } = read.value;
    if (!same(factor, cipher.factor) || !same(proof, cipher.prove(shown))) return refuse('authentication');
    session = { random: draw(RANDOM_BYTES), until: plusMs(now, validMs) };
    return { kind: 'security', di, body: writeAuthenticationAnswer({ random: session.random, serial }) };
  }

  /** Holds from the next authentication on. */
  function setValidity({ di, body }: SecurityRequest, begun: Uint8Array): Reply {
    const read = readValidity(body);
    if (!read.ok || read.value.minutes === 0) return refuse('other');
    if (!believes(read.value.mac, validityText(read.value.minutes), begun)) return refuse('verification');
    validMs = read.value.minutes * MINUTE_MS;
    return { kind: 'security', di, body: NOTHING };
  }

  function recharge({ di, body }: SecurityRequest, begun: Uint8Array, take: typeof rechargePurse): Reply {
    const read = readPurse(body);
    if (!read.ok) return refuse('other');
    const { amountFen, count, mac, customer, customerMac } = read.value;
    const sealed = believes(mac, purseText(amountFen, count), begun) && believes(customerMac, customerText(customer), begun);
    if (!sealed) return refuse('verification');
    const taken = take(holder.purse, read.value);
    if (!taken.ok) return refuse(taken.error);
    holder.purse = taken.value;
    return { kind: 'security', di, body: NOTHING };
  }

  function status({ di, body }: SecurityRequest): Reply {
    if (body.length > 0) return refuse('other');
    return { kind: 'security', di, body: writePurseStatus({ ...holder.purse, keyState: KEY_STATE }) };
  }

  /** What needs a session. */
  function obey(request: SecurityRequest, begun: Uint8Array): Reply {
    switch (request.di) {
      case SECURITY_DI.validity:
        return setValidity(request, begun);
      case SECURITY_DI.openAccount:
        return recharge(request, begun, openPurse);
      case SECURITY_DI.recharge:
        return recharge(request, begun, rechargePurse);
      case SECURITY_DI.status:
        return status(request);
      default:
        return refuse('other');
    }
  }

  const begunAt = (now: Instant) => (session !== undefined && now < session.until ? session.random : undefined);

  return {
    answer(request, now) {
      if (suspended()) return refuse('suspended');
      if (request.di === SECURITY_DI.authenticate) return authenticate(request, now);
      const begun = begunAt(now);
      return begun === undefined ? refuse('authentication') : obey(request, begun);
    },
    open({ cipher: block, mac }, now) {
      const begun = begunAt(now);
      if (suspended() || begun === undefined || !believes(mac, block, begun)) return undefined;
      const order = readSealedOrder(cipher.decrypt(block));
      return order.ok ? order.value : undefined;
    },
  };
}

const refuse = (error: keyof typeof SECURITY_ERROR): Reply => ({
  kind: 'refused',
  function: FUNCTION.authenticate,
  error: SECURITY_ERROR[error],
  errorBytes: 2,
});

const same = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index]);
