/** What a frame of the 1997 edition holds, in plain words and strings. */
import { formatLocalTime } from '../../src/kernel/local-time.ts';
import { hexReversed } from '../shared/hex.ts';
import { formatValue } from '../shared/value.ts';
import { findRow1997 } from './1997/catalog.ts';
import { FUNCTION_1997 } from './1997/functions.ts';
import { decodeItems1997 } from './1997/items.ts';
import { DI_BYTES, diAt } from './1997/message.ts';
import { decodeReply1997, type Reply1997 } from './1997/reply.ts';
import { decodeRequest1997, type Request1997 } from './1997/request.ts';
import type { ItemDescription, Told } from './description.ts';
import { functionOf, isReply } from './link/control.ts';
import type { Frame } from './link/frame.ts';
import { SECRET_FUNCTIONS } from './secret-functions.ts';

const NOTHING: Told = { items: [], extra: null };

const READS: ReadonlySet<number> = new Set([FUNCTION_1997.read, FUNCTION_1997.readNext]);

/**
 * Tells the data of a verified frame.
 *
 * @source DL/T 645-1997, application layer
 */
export function tell1997(frame: Frame): Told {
  return isReply(frame.control) ? tellReply(frame) : tellRequest(frame);
}

function tellReply(frame: Frame): Told {
  const reply = decodeReply1997(frame);
  return reply.ok ? tellKnownReply(reply.value) : rawUnlessSecret(frame.control, frame.data);
}

function tellKnownReply(reply: Reply1997): Told {
  switch (reply.kind) {
    case 'read':
    case 'reread':
      return tellData(reply.di, reply.value);
    case 'read-next':
      // It goes on in the middle of its DI: which items its bytes are hangs on the frames before it.
      return { items: [askedItem(reply.di)], extra: orNull(reply.value) };
    case 'refused':
      return NOTHING;
    case 'accepted':
    case 'other':
      return rawUnlessSecret(reply.function, reply.data);
  }
}

function tellData(di: string, value: Uint8Array): Told {
  const row = findRow1997(di);
  if (row === undefined) return { items: [{ ...askedItem(di), value: hexReversed(value) }], extra: null };
  const { items, extra } = decodeItems1997(row, value);
  return { items: items.map((item) => ({ ...item, value: item.value === null ? null : formatValue(item.value) })), extra: orNull(extra) };
}

function tellRequest(frame: Frame): Told {
  const request = decodeRequest1997(frame);
  return request.ok ? tellKnownRequest(request.value) : tellMisfit(frame);
}

/** Masters in the field put more behind the DI of a read than the edition has. */
function tellMisfit({ control, data }: Frame): Told {
  if (READS.has(control) && data.length > DI_BYTES) return { items: [askedItem(diAt(data))], extra: orNull(data.subarray(DI_BYTES)) };
  return rawUnlessSecret(control, data);
}

function tellKnownRequest(request: Request1997): Told {
  switch (request.kind) {
    case 'read':
    case 'read-next':
      return { items: [askedItem(request.di)], extra: null };
    case 'reread':
      return request.di === undefined ? NOTHING : { items: [askedItem(request.di)], extra: null };
    case 'write': {
      const write = { passwordLevel: levelOf(request.password), operator: null, value: hexReversed(request.value) };
      return { items: [askedItem(request.di)], extra: null, write };
    }
    case 'write-address':
      return { items: [{ di: null, register: null, name: 'meter address', value: request.address, unit: '' }], extra: null };
    case 'broadcast-time':
      return { ...NOTHING, time: formatLocalTime(request.time) };
    case 'change-speed':
      return { ...raw(Uint8Array.of(request.speedBit)), maintenance: { passwordLevel: null, operator: null, setting: null } };
    case 'change-password':
    case 'clear-demand':
      return { ...NOTHING, maintenance: { passwordLevel: levelOf(request.password), operator: null, setting: null } };
    case 'other':
      return rawUnlessSecret(request.function, request.data);
  }
}

const levelOf = (password: string): string => password.slice(0, 2);

function askedItem(di: string): ItemDescription {
  const row = findRow1997(di);
  return { di, register: row?.register ?? `dlt645:${di}`, name: row?.name ?? null, value: null, unit: row?.unit ?? '' };
}

function raw(data: Uint8Array): Told {
  return { items: [], extra: orNull(data) };
}

function rawUnlessSecret(control: number, data: Uint8Array): Told {
  return SECRET_FUNCTIONS.has(functionOf(control)) ? NOTHING : raw(data);
}

function orNull(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : hexReversed(bytes);
}
