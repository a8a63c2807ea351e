import path from 'node:path';
import { type RegisterMap, type RegisterRow, type RelayRow, TYPE_REGISTERS } from '../../protocols/modbus/index.ts';
import { type Decimal, parseDecimal } from '../kernel/decimal.ts';
import { configError, readYaml } from './read-yaml.ts';
import { type RegisterMapFile, RegisterMapSchema } from './register-map-schema.ts';

type RegisterEntry = RegisterMapFile['registers'][number];
type Wrong = (place: string, value: unknown, expected: string) => Error;

const MAPS_FOLDER = path.join(import.meta.dirname, '../../config/register-maps');

/**
 * Where a map is: a bare name is one of config/register-maps/, anything with a slash or a dot is a file of the user's.
 *
 * @param folder where relative files are looked for
 */
export function registerMapFile(nameOrFile: string, folder: string): string {
  return /[./\\]/.test(nameOrFile) ? path.resolve(folder, nameOrFile) : path.join(MAPS_FOLDER, `${nameOrFile}.json`);
}

/**
 * Reads a register map and turns it into what the driver reads by: addresses of the PDU, exact scales.
 *
 * @errors config-invalid, thrown for the person who writes the map, with the path, the value and what was expected
 */
export function loadRegisterMap(file: string): RegisterMap {
  const raw = readYaml(file, RegisterMapSchema);
  const wrong: Wrong = (place, value, expected) => configError(file, place, value, expected);
  if (path.basename(file) !== `${raw.name}.json`) throw wrong('name', raw.name, `the name of the file, ${path.basename(file, '.json')}`);
  const holes = raw.holes.map(({ from, to }, index) => {
    const hole = { from: pduAddress(from, raw.base), to: pduAddress(to, raw.base) };
    if (hole.from > hole.to) throw wrong(`holes[${index}].to`, to, 'an address not below from');
    return hole;
  });
  const rows = raw.registers.map((entry, index) => rowOf(raw, entry, `registers[${index}]`, holes, wrong));
  checkUnique(rows, wrong);
  const writable = raw.writable.map(({ address }) => pduAddress(address, raw.base));
  return {
    name: raw.name,
    rows,
    holes,
    maximumSpan: raw.maximumSpan,
    maximumGap: raw.maximumGap,
    writable,
    relay: raw.relay === undefined ? undefined : relayOf(raw.relay, raw.base, writable, wrong),
  };
}

/** What travels; a negative one is refused by whoever knows its place. */
const pduAddress = (address: number | string, base: number): number => Number(address) - base;

function rowOf(raw: RegisterMapFile, entry: RegisterEntry, place: string, holes: RegisterMap['holes'], wrong: Wrong): RegisterRow {
  const address = pduAddress(entry.address, raw.base);
  const last = address + TYPE_REGISTERS[entry.type] - 1;
  if (address < 0 || last > 0xffff)
    throw wrong(`${place}.address`, entry.address, `registers between ${raw.base} and ${0xffff + raw.base}`);
  if (TYPE_REGISTERS[entry.type] > raw.maximumSpan) throw wrong(`${place}.type`, entry.type, 'a type that fits maximumSpan');
  if (holes.some(({ from, to }) => address <= to && last >= from))
    throw wrong(`${place}.address`, entry.address, 'registers outside of every hole');
  const named = `modbus:${address.toString(16).toUpperCase().padStart(4, '0')}`;
  if (entry.register.startsWith('modbus:') && entry.register !== named)
    throw wrong(`${place}.register`, entry.register, `${named}, the address that travels`);
  for (const mark of entry.missing ?? [])
    if (mark.length !== TYPE_REGISTERS[entry.type] * 4)
      throw wrong(`${place}.missing`, mark, `${TYPE_REGISTERS[entry.type] * 4} hex digits`);
  const scale = scaleOf(entry, place, wrong);
  return {
    register: entry.register,
    name: entry.name,
    function: entry.function ?? raw.function,
    address,
    type: entry.type,
    wordOrder: entry.wordOrder ?? raw.wordOrder,
    scale,
    decimals: decimalsOf(entry, scale, place, wrong),
    unit: entry.unit,
    missing: entry.missing ?? [],
  };
}

function scaleOf({ scale }: RegisterEntry, place: string, wrong: Wrong): Decimal {
  const parsed = parseDecimal(scale);
  if (!parsed.ok || parsed.value.unscaled === 0n) throw wrong(`${place}.scale`, scale, 'an exact decimal above zero, as 0.01');
  return parsed.value;
}

function decimalsOf({ type, decimals }: RegisterEntry, scale: Decimal, place: string, wrong: Wrong): number {
  if (type === 'f32' && decimals === undefined) throw wrong(`${place}.decimals`, decimals, 'how many decimals the float is rounded to');
  if (type !== 'f32' && decimals !== undefined && decimals < scale.scale)
    throw wrong(`${place}.decimals`, decimals, `at least ${scale.scale}, those of the scale: integers are never rounded`);
  return decimals ?? scale.scale;
}

function checkUnique(rows: readonly RegisterRow[], wrong: Wrong): void {
  for (const [index, { register }] of rows.entries()) {
    if (rows.findIndex((other) => other.register === register) !== index)
      throw wrong(`registers[${index}].register`, register, 'a register that no other row has');
  }
}

const COIL_ON = 0xff00;

function relayOf(relay: NonNullable<RegisterMapFile['relay']>, base: number, writable: readonly number[], wrong: Wrong): RelayRow {
  const { kind, on, off, writeFunction } = relay;
  const address = pduAddress(relay.address, base);
  if (!writable.includes(address)) throw wrong('relay.address', relay.address, 'one of the writable addresses');
  if (on === off) throw wrong('relay.off', off, 'another value than on');
  if ((kind === 'coil') !== (writeFunction === 5))
    throw wrong('relay.writeFunction', writeFunction, 'a coil to be written with 5, a register with 6 or 16');
  if (kind === 'coil' && [on, off].some((value) => value !== 0 && value !== COIL_ON))
    throw wrong('relay.on', on, 'a coil to be 65280 or 0');
  const readBack =
    relay.readBack === undefined
      ? ({ function: kind === 'coil' ? 1 : 3, address } as const)
      : { function: relay.readBack.function, address: pduAddress(relay.readBack.address, base) };
  return { kind, address, on, off, writeFunction, readBack };
}
