import { FUNCTION, type Reply } from '../../protocols/dlt645/index.ts';

const NO_DATA = new Uint8Array(0);

/** Accepted, or refused with an ERR byte. */
export function outcome(functionCode: number, error: number | undefined): Reply {
  return error === undefined ? { kind: 'accepted', function: functionCode, data: NO_DATA } : refusal(functionCode, error);
}

/** Function 03 has an error word of two bytes, every other one a byte. */
export function refusal(functionCode: number, error: number): Reply {
  return { kind: 'refused', function: functionCode, error, errorBytes: functionCode === FUNCTION.authenticate ? 2 : 1 };
}
