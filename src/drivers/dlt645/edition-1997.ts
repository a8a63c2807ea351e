import {
  type Choices1997,
  decodeItems1997,
  decodeReply1997,
  ERROR_BIT_1997,
  encodeRequest1997,
  errorTexts1997,
  type FoundRow1997,
  findRegister1997,
  findRow1997,
  longestData1997,
  type ReadRequest1997,
  requestFunction1997,
} from '../../../protocols/dlt645/index.ts';
import type { MeterFailure } from '../../core/ports/meter-gateway.ts';
import { memoized } from '../../kernel/memo.ts';
import type { CatalogRow, DataReply, Edition } from './edition.ts';
import { replyFrame, WAKE_UP } from './exchange.ts';

/** All that the meters of a line are asked for again and again. */
const ROWS_REMEMBERED = 1024;

/** @param choices what is known of the meters besides their frames */
export function edition1997(choices?: Choices1997): Edition {
  return {
    diBytes: 2,
    findRow: memoized(ROWS_REMEMBERED, (di) => rowOf(findRow1997(di, choices))),
    findRegister: memoized(ROWS_REMEMBERED, (register) => rowOf(findRegister1997(register, choices))),
    /** It runs through the last place, as 901F for the rates of forward active energy. */
    blockDi: (di) => `${di.slice(0, 3)}F`,
    requestData(address, di, sequence) {
      const request = { kind: sequence === 0 ? 'read' : 'read-next', di } as const;
      return {
        bytes: encodeRequest1997(address, request, { wakeUp: WAKE_UP }),
        replyIn: (frame) => dataReply(frame, address, request),
      };
    },
    settlingDis: ['9010', 'C011', 'C010'],
    numbersFollowUps: false,
  };
}

function rowOf(row: FoundRow1997 | undefined): CatalogRow | undefined {
  if (row === undefined) return undefined;
  return {
    di: row.di,
    name: row.name,
    unit: row.unit,
    longestData: longestData1997(row),
    itemsOf: (data) => decodeItems1997(row, data).items,
  };
}

function dataReply(bytes: Uint8Array, address: string, request: ReadRequest1997): DataReply | undefined {
  const frame = replyFrame(bytes, address, requestFunction1997(request));
  const reply = frame === undefined ? undefined : decodeReply1997(frame);
  if (reply?.ok !== true) return undefined;
  if (reply.value.kind === 'refused') return { kind: 'refused', failure: failureOf(reply.value.error) };
  if (reply.value.kind !== request.kind || reply.value.di !== request.di) return undefined;
  return { kind: 'data', value: reply.value.value, more: reply.value.more };
}

function failureOf(error: number): MeterFailure {
  const code = (error & ERROR_BIT_1997.password) === 0 ? 'meter-refused' : 'wrong-password';
  return { code, sent: true, protocolError: errorTexts1997(error).join(', ') || `error ${error.toString(16).toUpperCase()}` };
}
