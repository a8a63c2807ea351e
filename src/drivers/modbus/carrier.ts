import {
  createRtuReplyFramer,
  createTcpFramer,
  decodeReply,
  decodeRtu,
  decodeTcp,
  encodeRequest,
  encodeRtu,
  encodeTcp,
  type Reply,
  type Request,
  RTU_GAP_CHARACTERS,
} from '../../../protocols/modbus/index.ts';
import type { CreateFramer } from '../../kernel/framer.ts';

/** A request as it travels, and how its reply is found in a frame. */
export interface Carried {
  readonly bytes: Uint8Array;
  readonly createFramer: CreateFramer;
  /** Bytes of a frame besides its PDU. */
  readonly overhead: number;
  /** The reply of this unit, on TCP to this very transaction; undefined for every other frame. */
  replyIn(frame: Uint8Array): Reply | undefined;
}

export interface Carrier {
  /** Whether a frame names the request that it answers. */
  readonly namesRequests: boolean;
  /** Of silence before a request. */
  readonly gapCharacters: number;
  carry(unit: number, request: Request): Carried;
}

const RTU_OVERHEAD = 3;
const TCP_OVERHEAD = 7;
const TRANSACTIONS = 0x1_0000;

/** Serial lines, and converters that carry the same frames over TCP or MQTT. */
export const createRtuCarrier = (): Carrier => ({
  namesRequests: false,
  gapCharacters: RTU_GAP_CHARACTERS,
  carry(unit, request) {
    const bytes = encodeRtu({ unit, pdu: encodeRequest(request) });
    return {
      bytes,
      createFramer: () => createRtuReplyFramer(bytes),
      overhead: RTU_OVERHEAD,
      replyIn(frame) {
        const decoded = decodeRtu(frame);
        return decoded.ok && decoded.value.unit === unit ? replyOf(decoded.value.pdu) : undefined;
      },
    };
  },
});

export const createTcpCarrier = (): Carrier => new NumberingCarrier();

/** Modbus TCP. A transaction's number comes again only after 65 536 requests of this line. */
class NumberingCarrier implements Carrier {
  readonly namesRequests = true;
  readonly gapCharacters = 0;
  private last = 0;

  carry(unit: number, request: Request): Carried {
    this.last = (this.last + 1) % TRANSACTIONS;
    const transaction = this.last;
    return {
      bytes: encodeTcp({ transaction, unit, pdu: encodeRequest(request) }),
      createFramer: createTcpFramer,
      overhead: TCP_OVERHEAD,
      replyIn(frame) {
        const decoded = decodeTcp(frame);
        if (!decoded.ok || decoded.value.transaction !== transaction || decoded.value.unit !== unit) return undefined;
        return replyOf(decoded.value.pdu);
      },
    };
  }
}

function replyOf(pdu: Uint8Array): Reply | undefined {
  const reply = decodeReply(pdu);
  return reply.ok ? reply.value : undefined;
}
