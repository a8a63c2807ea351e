/** The face of the Modbus codec: pure functions between bytes and values. */
export { type Direction, describeModbus, type ModbusProtocol } from './describe.ts';
export { createRtuReplyFramer, createRtuRequestFramer, createTcpFramer } from './framer.ts';
export {
  answers,
  decodeReply,
  decodeRequest,
  EXCEPTION,
  encodeReply,
  encodeRequest,
  FUNCTION,
  MOST_REGISTERS_READ,
  type Reply,
  type Request,
  readDataBytes,
} from './pdu.ts';
export { type RegisterMap, type RegisterRow, type RelayRow, TYPE_REGISTERS } from './register-map.ts';
export { decodeRtu, encodeRtu, RTU_GAP_CHARACTERS } from './rtu.ts';
export { decodeTcp, encodeTcp } from './tcp.ts';
export { readValue } from './value.ts';
