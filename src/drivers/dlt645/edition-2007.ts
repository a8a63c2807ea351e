import {
  decodeItems,
  decodeReply,
  encodeRequest,
  type FoundRow,
  findRegister,
  findRow,
  longestData,
  type Reply,
  type Request,
  requestFunction,
} from '../../../protocols/dlt645/index.ts';
import { memoized } from '../../kernel/memo.ts';
import type { CatalogRow, DataReply, Edition } from './edition.ts';
import { decodedOnce, type LineRequest, replyFrame, WAKE_UP } from './exchange.ts';
import { refusalOf } from './refusal.ts';

/** A row is made of its pattern anew each time: far more than what meters are asked for again and again. */
const ROWS_REMEMBERED = 4096;

export const EDITION_2007: Edition = {
  diBytes: 4,
  findRow: memoized(ROWS_REMEMBERED, (di) => rowOf(findRow(di))),
  findRegister: memoized(ROWS_REMEMBERED, (register) => rowOf(findRegister(register))),
  /** It runs through DI1, as 0001FF00 for the rates of forward active energy. */
  blockDi: (di) => `${di.slice(0, 4)}FF${di.slice(6)}`,
  requestData(address, di, sequence, which) {
    const { bytes, replyIn } = requestTo(address, sequence === 0 ? { kind: 'read', di, ...which } : { kind: 'read-next', di, sequence });
    return { bytes, replyIn: decodedOnce((frame) => dataReply(replyIn(frame))) };
  },
  settlingDis: ['04000102', '00010000', '04000101'],
  numbersFollowUps: true,
};

function rowOf(row: FoundRow | undefined): CatalogRow | undefined {
  if (row === undefined) return undefined;
  const unit = row.fields[0]?.unit ?? '';
  return { di: row.di, name: row.name, unit, longestData: longestData(row), itemsOf: (data) => decodeItems(row, data).items };
}

function dataReply(reply: Reply | undefined): DataReply | undefined {
  if (reply?.kind === 'refused') return { kind: 'refused', failure: refusalOf(reply) };
  if (reply?.kind !== 'read' && reply?.kind !== 'read-next') return undefined;
  return { kind: 'data', value: reply.value, more: reply.more };
}

/** Any request of 2007 to one meter. */
export function requestTo(address: string, request: Request): LineRequest<Reply> {
  return {
    bytes: encodeRequest(address, request, { wakeUp: WAKE_UP }),
    replyIn(bytes) {
      const frame = replyFrame(bytes, address, requestFunction(request));
      const reply = frame === undefined ? undefined : decodeReply(frame);
      return reply?.ok === true && answers(reply.value, request) ? reply.value : undefined;
    },
  };
}

/** A refusal carries no DI; every other answer to a read names the one that was asked for. */
function answers(reply: Reply, request: Request): boolean {
  if (reply.kind === 'refused') return true;
  if (request.kind === 'read') return reply.kind === 'read' && reply.di === request.di;
  if (request.kind === 'read-next') return reply.kind === 'read-next' && reply.di === request.di && reply.sequence === request.sequence;
  if (request.kind === 'security') return reply.kind === 'security' && reply.di === request.di;
  return true;
}
