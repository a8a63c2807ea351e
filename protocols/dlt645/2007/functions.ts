import { hexPair } from '../../shared/hex.ts';

/** Function codes of DL/T 645-2007, control byte b4..b0. */
export const FUNCTION = {
  authenticate: 0x03,
  broadcastTime: 0x08,
  read: 0x11,
  readNext: 0x12,
  readAddress: 0x13,
  write: 0x14,
  writeAddress: 0x15,
  freeze: 0x16,
  changeSpeed: 0x17,
  changePassword: 0x18,
  clearDemand: 0x19,
  clearMeter: 0x1a,
  clearEvents: 0x1b,
  relay: 0x1c,
  multiFunctionOutput: 0x1d,
} as const;

const NAMES: Readonly<Record<number, string>> = {
  [FUNCTION.authenticate]: 'security authentication',
  [FUNCTION.broadcastTime]: 'broadcast time',
  [FUNCTION.read]: 'read',
  [FUNCTION.readNext]: 'read-next',
  [FUNCTION.readAddress]: 'read address',
  [FUNCTION.write]: 'write',
  [FUNCTION.writeAddress]: 'write address',
  [FUNCTION.freeze]: 'freeze',
  [FUNCTION.changeSpeed]: 'change baud',
  [FUNCTION.changePassword]: 'change password',
  [FUNCTION.clearDemand]: 'clear demand',
  [FUNCTION.clearMeter]: 'clear meter',
  [FUNCTION.clearEvents]: 'clear events',
  [FUNCTION.relay]: 'relay/alarm/power-preservation control',
  [FUNCTION.multiFunctionOutput]: 'multi-function output',
  31: 'vendor: programming-key',
};

/** What the function is called; `0x09` where nobody gave it a name. */
export function functionName(functionCode: number): string {
  return NAMES[functionCode] ?? `0x${hexPair(functionCode)}`;
}
