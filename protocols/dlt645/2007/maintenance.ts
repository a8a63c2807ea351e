/**
 * Functions 17 to 1B and 1D: what an installer does to one meter. Their data before the 33H step:
 *
 *     17 change speed      Z                                            one bit: b1 600 … b6 19200
 *     18 change password   DI0..DI3 | PA P0 P1 P2 old | PA P0 P1 P2 new
 *     19 clear demand      PA P0 P1 P2 | C0 C1 C2 C3
 *     1A clear meter       PA P0 P1 P2 | C0 C1 C2 C3
 *     1B clear events      PA P0 P1 P2 | C0 C1 C2 C3 | FF DI1 DI2 DI3    all FF: every event
 *     1D output            00 seconds pulse, 01 demand period, 02 slot switch
 *
 * @source DL/T 645-2007, application layer, function codes
 */
import { AppError } from '../../../src/kernel/app-error.ts';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { type MessageError, PASSWORD_BYTES, readPassword, writePassword } from '../message.ts';
import { FUNCTION } from './functions.ts';
import { DI_BYTES, diAt, OPERATOR_BYTES, readOperator, writeDi, writeOperator } from './message.ts';

/** Z by the speed in bit/s that it stands for. */
const SPEED_BITS = { 600: 0x02, 1200: 0x04, 2400: 0x08, 4800: 0x10, 9600: 0x20, 19200: 0x40 } as const;
export type MeterSpeed = keyof typeof SPEED_BITS;
const SPEEDS: readonly MeterSpeed[] = [600, 1200, 2400, 4800, 9600, 19200];

const OUTPUTS = ['seconds-pulse', 'demand-period', 'slot-switch'] as const;
export type TerminalOutput = (typeof OUTPUTS)[number];

export type MaintenanceRequest =
  | { readonly kind: 'change-speed'; readonly speed: MeterSpeed }
  /** Both passwords as `LLPPPPPP`; `di` names the one that changes. Never for a log. */
  | { readonly kind: 'change-password'; readonly di: string; readonly password: string; readonly newPassword: string }
  | { readonly kind: 'clear-demand'; readonly password: string; readonly operator: string }
  | { readonly kind: 'clear-meter'; readonly password: string; readonly operator: string }
  /** `di` ends in FF: one class of events, or FFFFFFFF for every one. */
  | { readonly kind: 'clear-events'; readonly password: string; readonly operator: string; readonly di: string }
  | { readonly kind: 'multi-function-output'; readonly output: TerminalOutput };

export type MaintenanceKind = MaintenanceRequest['kind'];

export const MAINTENANCE_FUNCTION = {
  'change-speed': FUNCTION.changeSpeed,
  'change-password': FUNCTION.changePassword,
  'clear-demand': FUNCTION.clearDemand,
  'clear-meter': FUNCTION.clearMeter,
  'clear-events': FUNCTION.clearEvents,
  'multi-function-output': FUNCTION.multiFunctionOutput,
} as const satisfies Record<MaintenanceKind, number>;

const KINDS: ReadonlyMap<number, MaintenanceKind> = new Map(
  (Object.keys(MAINTENANCE_FUNCTION) as MaintenanceKind[]).map((kind) => [MAINTENANCE_FUNCTION[kind], kind]),
);

const NEW_PASSWORD_AT = DI_BYTES + PASSWORD_BYTES;
const EVENTS_AT = PASSWORD_BYTES + OPERATOR_BYTES;
const PASSWORDS_BYTES = NEW_PASSWORD_AT + PASSWORD_BYTES;
const CLEAR_BYTES = EVENTS_AT;
const CLEAR_EVENTS_BYTES = EVENTS_AT + DI_BYTES;

const bad = (expected: string) => err<MessageError>({ code: 'bad-data', expected });

/** Which maintenance request a function code stands for; undefined where it is none. */
export function maintenanceKind(functionCode: number): MaintenanceKind | undefined {
  return KINDS.get(functionCode);
}

/** @errors bad-data where the data is not what the function needs; never throws */
export function readMaintenance(kind: MaintenanceKind, data: Uint8Array): Result<MaintenanceRequest, MessageError> {
  switch (kind) {
    case 'change-speed': {
      const speed = data.length === 1 ? SPEEDS.find((one) => SPEED_BITS[one] === data[0]) : undefined;
      return speed === undefined ? bad('one byte with one bit of speed') : ok({ kind, speed });
    }
    case 'change-password':
      if (data.length !== PASSWORDS_BYTES) return bad('a DI and two passwords');
      return ok({ kind, di: diAt(data), password: readPassword(data, DI_BYTES), newPassword: readPassword(data, NEW_PASSWORD_AT) });
    case 'clear-demand':
    case 'clear-meter':
      if (data.length !== CLEAR_BYTES) return bad('a password and an operator');
      return ok({ kind, password: readPassword(data, 0), operator: readOperator(data, PASSWORD_BYTES) });
    case 'clear-events':
      if (data.length !== CLEAR_EVENTS_BYTES || data[EVENTS_AT] !== 0xff) return bad('a password, an operator and a DI that ends in FF');
      return ok({
        kind,
        password: readPassword(data, 0),
        operator: readOperator(data, PASSWORD_BYTES),
        di: diAt(data.subarray(EVENTS_AT)),
      });
    case 'multi-function-output': {
      const output = data.length === 1 ? OUTPUTS[data[0] ?? OUTPUTS.length] : undefined;
      return output === undefined ? bad('one byte, 00 to 02') : ok({ kind, output });
    }
  }
}

export function writeMaintenance(request: MaintenanceRequest): Uint8Array {
  switch (request.kind) {
    case 'change-speed':
      return Uint8Array.of(SPEED_BITS[request.speed]);
    case 'change-password': {
      const data = new Uint8Array(PASSWORDS_BYTES);
      writeDi(data, request.di);
      writePassword(data, DI_BYTES, request.password);
      writePassword(data, NEW_PASSWORD_AT, request.newPassword);
      return data;
    }
    case 'clear-demand':
    case 'clear-meter':
      return clearData(request, CLEAR_BYTES);
    case 'clear-events': {
      if (!request.di.endsWith('FF')) throw new AppError('bad-data', 'events are cleared by a DI that ends in FF', { di: request.di });
      const data = clearData(request, CLEAR_EVENTS_BYTES);
      writeDi(data.subarray(EVENTS_AT), request.di);
      return data;
    }
    case 'multi-function-output':
      return Uint8Array.of(OUTPUTS.indexOf(request.output));
  }
}

function clearData({ password, operator }: { readonly password: string; readonly operator: string }, length: number): Uint8Array {
  const data = new Uint8Array(length);
  writePassword(data, 0, password);
  writeOperator(data, PASSWORD_BYTES, operator);
  return data;
}
