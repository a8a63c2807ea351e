import type { RegisterMap } from '../../protocols/modbus/index.ts';
import { loadRegisterMap, registerMapFile } from './register-map.ts';

/** What the configuration, or the command line, says of the way a meter is talked to. */
export interface MeterTalk {
  readonly protocol: string;
  readonly address: string;
  readonly map?: string | undefined;
  readonly security?: 'password' | 'esam';
  readonly voltageDecimals?: 0 | 1 | undefined;
}

export interface TalkError {
  readonly field: 'address' | 'map' | 'security' | 'voltageDecimals';
  readonly value: unknown;
  readonly expected: string;
}

/** Its readings come by themselves, pushed by a concentrator. */
export const PUSHED = 'pushed';

export const isModbus = (protocol: string) => protocol.startsWith('modbus-');

const NO_MAP = 'none: only Modbus meters have a register map';

/**
 * What is wrong with a meter's address or map for its protocol; undefined where nothing is. 999999999999 is obeyed by
 * every DL/T 645 meter, unit 0 by every Modbus one: neither is the address of a meter.
 */
export function talkError({ protocol, address, map, security, voltageDecimals }: MeterTalk): TalkError | undefined {
  if (voltageDecimals !== undefined && protocol !== 'dlt645-1997')
    return { field: 'voltageDecimals', value: voltageDecimals, expected: 'none: only dlt645-1997 leaves open how voltages are written' };
  if (protocol === PUSHED) {
    if (security === 'esam') return { field: 'security', value: security, expected: 'password: a pushed meter obeys nobody here' };
    return map === undefined ? undefined : { field: 'map', value: map, expected: NO_MAP };
  }
  if (!isModbus(protocol)) {
    if (!/^(?!9{12})\d{12}$/.test(address)) return { field: 'address', value: address, expected: '12 digits, as printed on one meter' };
    return map === undefined ? undefined : { field: 'map', value: map, expected: NO_MAP };
  }
  if (security === 'esam') return { field: 'security', value: security, expected: 'password: only DL/T 645 meters have an ESAM' };
  if (!/^[1-9]\d{0,2}$/.test(address) || Number(address) > 247)
    return { field: 'address', value: address, expected: 'a Modbus unit, 1 to 247' };
  return map === undefined ? { field: 'map', value: map, expected: 'a register map, as eastron-sdm630, or the path of one' } : undefined;
}

/** The register map of a meter that has one. @param folder where relative paths begin */
export const registerMapOf = (
  { map }: MeterTalk,
  folder: string,
  load: typeof loadRegisterMap = loadRegisterMap,
): RegisterMap | undefined => (map === undefined ? undefined : load(registerMapFile(map, folder)));

/** Reads each file once, however many meters name it. */
export function createMapShelf(): typeof loadRegisterMap {
  const read = new Map<string, RegisterMap>();
  return (file) => {
    const map = read.get(file) ?? loadRegisterMap(file);
    read.set(file, map);
    return map;
  };
}
