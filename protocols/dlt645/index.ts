/** The face of the DL/T 645 codec: pure functions between bytes and values. */
export { parseValue } from '../shared/parse-value.ts';
export { parsePicture } from '../shared/picture.ts';
export { formatValue, type Value } from '../shared/value.ts';
export { type Choices1997, type FoundRow1997, findRow1997, listFields1997 } from './1997/catalog.ts';
export { ERROR_BIT_1997, errorTexts1997 } from './1997/error-byte.ts';
export { FUNCTION_1997 } from './1997/functions.ts';
export { decodeItems1997, longestData1997 } from './1997/items.ts';
export { findRegister1997 } from './1997/register.ts';
export { decodeReply1997, encodeReply1997, type Reply1997 } from './1997/reply.ts';
export { decodeRequest1997, encodeRequest1997, type ReadRequest1997, type Request1997, requestFunction1997 } from './1997/request.ts';
export { type FoundRow, findRow } from './2007/catalog/find.ts';
export { findRegister } from './2007/catalog/register.ts';
export { findWritable } from './2007/catalog/writable.ts';
export { ERROR_BIT, errorTexts, RELAY_AUTHENTICATION_EXPIRED, refusalTexts } from './2007/error-byte.ts';
export { FREEZE_NOW, type FreezeMoment } from './2007/freeze.ts';
export { FUNCTION } from './2007/functions.ts';
export { decodeItems, encodeItems, type FieldValue, type Item, longestData } from './2007/items.ts';
export { decodeLoadRecords, encodeLoadRecord, isLoadRecordDi } from './2007/load-record.ts';
export type { MaintenanceRequest } from './2007/maintenance.ts';
export type { RelayRequest } from './2007/relay.ts';
export { decodeReply, encodeReply, type Refusal, type Reply } from './2007/reply.ts';
export {
  decodeRequest,
  encodeRequest,
  type ReadRequest,
  type Request,
  requestFunction,
  type WriteRequest,
} from './2007/request.ts';
export { RELAY_STATUS_DI, relayStatus, relayStatusWord, statusBits, statusWord } from './2007/status-words.ts';
export { describeFrame } from './describe.ts';
export type { Description } from './description.ts';
export { addressMatches, BROADCAST_ADDRESS } from './link/address.ts';
export { functionOf, isReply } from './link/control.ts';
export { decodeFrame, encodeFrame, type Frame, LONGEST_FRAME, OVERHEAD } from './link/frame.ts';
export { createDlt645Framer } from './link/framer.ts';
export {
  customerText,
  LONGEST_SECURITY_ANSWER,
  type PurseBody,
  purseText,
  readAuthentication,
  readAuthenticationAnswer,
  readPurse,
  readPurseStatus,
  readValidity,
  SECURITY_DI,
  validityText,
  writeAuthentication,
  writeAuthenticationAnswer,
  writePurse,
  writePurseStatus,
  writeValidity,
} from './security/bodies.ts';
export { SECURITY_ERROR } from './security/refusal.ts';
export { readSealedOrder, type SealedOrder, writeSealedOrder } from './security/sealed-relay.ts';
