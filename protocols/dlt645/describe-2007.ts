/** What a frame of the 2007 edition holds, in words. */
import { formatLocalTime } from '../../src/kernel/local-time.ts';
import { hexPair, hexReversed } from '../shared/hex.ts';
import { formatValue, type Value } from '../shared/value.ts';
import { findRow } from './2007/catalog/find.ts';
import { executedTexts } from './2007/executed-word.ts';
import { FUNCTION } from './2007/functions.ts';
import { decodeItems, type Item } from './2007/items.ts';
import { decodeLoadRecords, isLoadRecordDi } from './2007/load-record.ts';
import type { MaintenanceRequest } from './2007/maintenance.ts';
import { DI_BYTES, diAt } from './2007/message.ts';
import { RELAY_CODES } from './2007/relay.ts';
import { decodeReply } from './2007/reply.ts';
import { decodeRequest, type Request } from './2007/request.ts';
import type { ItemDescription, RelayDescription, Told } from './description.ts';
import { functionOf, isAbnormal, isReply } from './link/control.ts';
import type { Frame } from './link/frame.ts';
import { SECRET_FUNCTIONS } from './secret-functions.ts';

const NOTHING_TOLD: Told = { items: [], extra: null };

export function tell2007(frame: Frame): Told {
  return isReply(frame.control) ? tellReply(frame) : tellRequest(frame);
}

function tellReply({ control, data }: Frame): Told {
  const reply = decodeReply({ address: '', control, data });
  if (!reply.ok) return isAbnormal(control) ? NOTHING_TOLD : rawUnlessSecret(control, data);
  switch (reply.value.kind) {
    case 'read':
      return tellData(reply.value.di, reply.value.value);
    case 'read-next':
      return { ...tellContinuation(reply.value.di, reply.value.value), sequence: reply.value.sequence };
    case 'read-address':
      return { items: [{ di: null, register: null, name: 'meter address', value: reply.value.address, unit: '' }], extra: null };
    case 'refused':
      return NOTHING_TOLD;
    case 'security':
      return { items: [unknownItem(reply.value.di)], extra: null };
    case 'accepted':
      return tellAccepted(control, data);
    case 'other':
      return rawUnlessSecret(control, data);
  }
}

/** The word of an accepted relay command is shown raw as well: one firmware alone gives its bits a meaning. */
function tellAccepted(control: number, data: Uint8Array): Told {
  if (functionOf(control) !== FUNCTION.relay) return rawUnlessSecret(control, data);
  const executed = executedTexts(data);
  return executed === undefined ? raw(data) : { ...raw(data), executed };
}

function tellData(di: string, value: Uint8Array): Told {
  if (isLoadRecordDi(di)) return tellLoadRecords(di, value);
  const row = findRow(di);
  if (row === undefined) return { items: [{ ...unknownItem(di), value: hexReversed(value) }], extra: null };
  const { items, extra } = decodeItems(row, value);
  return { items: items.map(tellItem), extra: orNull(extra) };
}

/** A follow-up frame goes on in the middle of its DI: which items its bytes are hangs on the frames before it. */
function tellContinuation(di: string, value: Uint8Array): Told {
  return { items: [askedItem(di)], extra: orNull(value) };
}

/** Each register of each record, with the record's time; a record that the meter calls bad is told without its values. */
function tellLoadRecords(di: string, data: Uint8Array): Told {
  const { records, extra } = decodeLoadRecords(data);
  if (records.length === 0) return { items: [{ ...askedItem(di), value: null }], extra: orNull(extra) };
  const items = records.flatMap(({ time, intact, items: recorded }) =>
    recorded.map((item) => ({ ...tellItem(item), ...(intact ? {} : { value: null }), time: formatOrNull(time) })),
  );
  return { items, extra: orNull(extra) };
}

function tellItem({ di, register, name, value, unit, time }: Item): ItemDescription {
  const told = { di, register, name, value: formatOrNull(value), unit };
  return time === undefined ? told : { ...told, time: formatOrNull(time) };
}

function tellRequest(frame: Frame): Told {
  const request = decodeRequest(frame);
  if (request.ok) return tellKnownRequest(request.value, frame);
  const functionCode = functionOf(frame.control);
  const hasDi = (functionCode === FUNCTION.read || functionCode === FUNCTION.readNext) && frame.data.length >= DI_BYTES;
  if (hasDi) return { items: [askedItem(diAt(frame.data))], extra: orNull(frame.data.subarray(DI_BYTES)) };
  return rawUnlessSecret(frame.control, frame.data);
}

function tellKnownRequest(request: Request, { control, data }: Frame): Told {
  switch (request.kind) {
    case 'read':
      return { items: [askedItem(request.di)], extra: orNull(data.subarray(DI_BYTES)) };
    case 'read-next':
      return { items: [askedItem(request.di)], extra: null, sequence: request.sequence };
    case 'write': {
      const { password, operator, value } = request;
      return {
        items: [askedItem(request.di)],
        extra: null,
        write: { passwordLevel: levelOf(password), operator, value: isPassword(request.di) ? null : hexReversed(value) },
      };
    }
    case 'read-address':
      return NOTHING_TOLD;
    case 'write-address':
      return { items: [{ di: null, register: null, name: 'meter address', value: request.address, unit: '' }], extra: null };
    case 'broadcast-time':
      return { ...NOTHING_TOLD, time: formatLocalTime(request.time) };
    case 'freeze':
      return { ...NOTHING_TOLD, time: hexReversed(data) };
    case 'relay':
    case 'sealed-relay':
      return { ...NOTHING_TOLD, relay: tellRelay(request) };
    case 'security':
      return { items: [unknownItem(request.di)], extra: null };
    case 'other':
      return rawUnlessSecret(control, data);
    default:
      return tellMaintenance(request, data);
  }
}

function tellMaintenance(request: MaintenanceRequest, data: Uint8Array): Told {
  return {
    items: 'di' in request ? [askedItem(request.di)] : [],
    extra: request.kind === 'change-speed' ? hexReversed(data) : null,
    maintenance: {
      passwordLevel: 'password' in request ? levelOf(request.password) : null,
      operator: 'operator' in request ? request.operator : null,
      setting: settingOf(request),
    },
  };
}

function settingOf(request: MaintenanceRequest): string | null {
  if (request.kind === 'change-speed') return String(request.speed);
  return request.kind === 'multi-function-output' ? request.output : null;
}

function tellRelay(request: Extract<Request, { kind: 'relay' | 'sealed-relay' }>): RelayDescription {
  const { password, operator } = request;
  const sender = { passwordLevel: levelOf(password), operator };
  if (request.kind === 'sealed-relay') return { ...sender, action: null, code: null, limit: null, deadline: null };
  const { action, limit, deadline } = request;
  return { ...sender, action, code: hexPair(RELAY_CODES[action]), limit, deadline: deadline === null ? null : formatLocalTime(deadline) };
}

/** The item of a DI that is asked for: for a block the block itself. */
function askedItem(di: string): ItemDescription {
  const row = findRow(di);
  return row === undefined ? unknownItem(di) : { di, register: row.register, name: row.name, value: null, unit: row.row.unit };
}

/** What a meter is only ever given. */
const isPassword = (di: string): boolean => findRow(di)?.row.access === 'write';

function unknownItem(di: string): ItemDescription {
  return { di, register: `dlt645:${di}`, name: null, value: null, unit: '' };
}

function raw(data: Uint8Array): Told {
  return { items: [], extra: orNull(data) };
}

function rawUnlessSecret(control: number, data: Uint8Array): Told {
  return SECRET_FUNCTIONS.has(functionOf(control)) ? NOTHING_TOLD : raw(data);
}

function orNull(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : hexReversed(bytes);
}

function formatOrNull(value: Value | null): string | null {
  return value === null ? null : formatValue(value);
}

function levelOf(password: string): string {
  return password.slice(0, 2);
}
