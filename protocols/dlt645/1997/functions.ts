/** Function codes of DL/T 645-1997. Only these tell the years apart: never a length. */
export const FUNCTION_1997 = {
  read: 0x01,
  readNext: 0x02,
  reread: 0x03,
  write: 0x04,
  broadcastTime: 0x08,
  writeAddress: 0x0a,
  changeSpeed: 0x0c,
  changePassword: 0x0f,
  clearDemand: 0x10,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map([
  [FUNCTION_1997.read, '97-read'],
  [FUNCTION_1997.readNext, '97-read-next'],
  [FUNCTION_1997.reread, '97-reread'],
  [FUNCTION_1997.write, '97-write'],
  [FUNCTION_1997.broadcastTime, '97-broadcast-time'],
  [FUNCTION_1997.writeAddress, '97-write-address'],
  [FUNCTION_1997.changeSpeed, '97-change-speed'],
  [FUNCTION_1997.changePassword, '97-change-password'],
  [FUNCTION_1997.clearDemand, '97-clear-demand'],
]);

/** The name of a function; `0x07` for one that the standard does not have. */
export function functionName1997(functionCode: number): string {
  return NAMES.get(functionCode) ?? `0x${functionCode.toString(16).padStart(2, '0')}`;
}

/** 03 and 08 exist in both years with other meanings; the rest is 1997's alone. */
const ALONE: ReadonlySet<number> = new Set(
  [...NAMES.keys()].filter((code) => code !== FUNCTION_1997.reread && code !== FUNCTION_1997.broadcastTime),
);

/** Whether the function can only be 1997's. */
export function isOnly1997(functionCode: number): boolean {
  return ALONE.has(functionCode);
}
