/** The face of the DL/T 645 codec: pure functions between bytes and values. */
export type { Picture } from '../shared/picture.ts';
export { formatValue, type Value } from '../shared/value.ts';
export { type Field, type FoundRow, findRow } from './2007/catalog/find.ts';
export { findRegister } from './2007/catalog/register.ts';
export type { DiRow, Unit } from './2007/catalog/row.ts';
export { ERROR_BIT, errorTexts } from './2007/error-byte.ts';
export { FREEZE_NOW, type FreezeMoment } from './2007/freeze.ts';
export { FUNCTION, functionName } from './2007/functions.ts';
export { type DecodedItems, decodeItems, encodeItems, type FieldValue, type Item, longestData } from './2007/items.ts';
export type { MessageError } from './2007/message.ts';
export { RELAY_CODES, type RelayAction, type RelayRequest, type SealedRelayRequest } from './2007/relay.ts';
export { decodeReply, encodeReply, type ReadNextReply, type ReadReply, type Refusal, type Reply } from './2007/reply.ts';
export {
  decodeRequest,
  type EncodableRequest,
  encodeRequest,
  type ReadNextRequest,
  type ReadRequest,
  type Request,
  requestFunction,
  type WriteRequest,
} from './2007/request.ts';
export { RELAY_STATUS_DI, type RelayStatus, relayStatus, relayStatusWord, statusBits, statusWord } from './2007/status-words.ts';
export { type DescribedProtocol, type Description, describeFrame, type FrameDescription, type ItemDescription } from './describe.ts';
export { addressMatches, BROADCAST_ADDRESS, WILDCARD_ADDRESS } from './link/address.ts';
export { abnormalControl, functionOf, hasMore, isAbnormal, isReply, replyControl } from './link/control.ts';
export { decodeFrame, type EncodeOptions, encodeFrame, type Frame, type FrameError, LONGEST_FRAME, OVERHEAD } from './link/frame.ts';
export { createDlt645Framer, type Dlt645Framer } from './link/framer.ts';
