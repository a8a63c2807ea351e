/** Finds the row of a DI or of a register, and says what its data bytes hold. */
import { AppError } from '../../../../src/kernel/app-error.ts';
import { hexPair } from '../../../shared/hex.ts';
import { type Picture, parsePicture } from '../../../shared/picture.ts';
import { demandRows } from './demand.ts';
import { energyRows, periodEnergyRows, phaseEnergyRows } from './energy.ts';
import { eventClassRows } from './event-classes.ts';
import { eventRows } from './events.ts';
import { BLOCK, type Family, type Filling, familyOf, fillName, fillRegister, isMember } from './family.ts';
import { freezeRows, loadRecordRows } from './freezes.ts';
import { parameterRows } from './parameters.ts';
import type { DiRow, Unit } from './row.ts';
import { variableRows } from './variables.ts';

export const diRows: readonly DiRow[] = [
  ...energyRows,
  ...phaseEnergyRows,
  ...periodEnergyRows,
  ...demandRows,
  ...variableRows,
  ...eventRows,
  ...eventClassRows,
  ...parameterRows,
  ...freezeRows,
  ...loadRecordRows,
];

/** A row with its families' places filled: one concrete DI. */
export interface FoundRow {
  readonly row: DiRow;
  readonly di: string;
  readonly register: string;
  readonly name: string;
  /** What the data bytes hold, in order; the longest case where the data may be shorter. */
  readonly fields: readonly Field[];
  /** The data may end after any field: a block of as many rates as the meter has. */
  readonly openEnded: boolean;
}

/** One item of the data. */
export interface Field {
  readonly di: string;
  readonly register: string;
  readonly name: string;
  readonly unit: Unit;
  readonly signed: boolean;
  readonly picture: Picture;
  /** What the bytes are where so few are left. */
  readonly shorter?: Picture;
  /** The moment that belongs to the value and follows it. */
  readonly time: Picture | undefined;
  /** The byte that means "not set" throughout. */
  readonly unset: number;
}

/** What stands for "no value" where a row says nothing else. */
const UNSET = 0xff;
const DI_HEX = /^[0-9A-F]{8}$/;
const PAIRS = [0, 2, 4, 6] as const;

/** Rows by their DI with dots for families, one table for each place that families may stand in. */
const tables: ReadonlyMap<string, ReadonlyMap<string, DiRow>> = buildTables(diRows);

function buildTables(rows: readonly DiRow[]): Map<string, Map<string, DiRow>> {
  const built = new Map<string, Map<string, DiRow>>();
  for (const row of rows) {
    const shape = PAIRS.map((at) => (familyOf(row.di.slice(at, at + 2)) === undefined ? 'xx' : '..')).join('');
    const table = built.get(shape) ?? new Map<string, DiRow>();
    const key = maskDi(row.di, shape);
    if (table.has(key)) throw new AppError('internal', 'two rows of the DI catalogue have one DI', { di: row.di });
    built.set(shape, table.set(key, row));
  }
  return new Map([...built].toSorted(([left], [right]) => fixedPlaces(right) - fixedPlaces(left)));
}

function fixedPlaces(shape: string): number {
  return shape.replaceAll('.', '').length;
}

function maskDi(di: string, shape: string): string {
  return PAIRS.map((at) => (shape.startsWith('..', at) ? '..' : di.slice(at, at + 2))).join('');
}

/** The row of a DI (8 upper-case hex digits, DI3 first); undefined where the catalogue has none. */
export function findRow(di: string): FoundRow | undefined {
  if (!DI_HEX.test(di)) return undefined;
  for (const [shape, table] of tables) {
    const row = table.get(maskDi(di, shape));
    const filling = row === undefined ? undefined : fill(row, di);
    if (row !== undefined && filling !== undefined) return found(row, di, filling);
  }
  return undefined;
}

function fill(row: DiRow, di: string): Filling | undefined {
  const filling = new Map<string, number>();
  for (const at of PAIRS) {
    const pair = row.di.slice(at, at + 2);
    const family = familyOf(pair);
    if (family === undefined) continue;
    const value = Number.parseInt(di.slice(at, at + 2), 16);
    if (!isMember(family, value)) return undefined;
    filling.set(pair, value);
  }
  return blockPairs(filling).length > 1 ? undefined : filling;
}

function blockPairs(filling: Filling): readonly (readonly [pair: string, family: Family])[] {
  return [...filling].flatMap(([pair, value]) => {
    const family = familyOf(pair);
    return family?.block === true && value === BLOCK ? [[pair, family] as const] : [];
  });
}

function found(row: DiRow, di: string, filling: Filling): FoundRow {
  const [block] = blockPairs(filling);
  const register = fillRegister(row.register, filling, di);
  const name = fillName(row.name, filling);
  const fields = block === undefined ? fieldsOf(row, di, register, name) : blockFields(row, di, ...block);
  return { row, di, register, name, fields, openEnded: block !== undefined || row.upTo !== undefined || row.mayEndEarly === true };
}

/** The fields of every member of the block, each under its own DI. */
function blockFields(row: DiRow, di: string, pair: string, family: Family): readonly Field[] {
  const at = row.di.indexOf(pair);
  return Array.from({ length: family.last - family.first + 1 }, (_, index) => {
    const member = `${di.slice(0, at)}${hexPair(family.first + index)}${di.slice(at + 2)}`;
    const filling = fill(row, member) ?? new Map();
    return fieldsOf(row, member, fillRegister(row.register, filling, member), fillName(row.name, filling));
  }).flat();
}

function fieldsOf(row: DiRow, di: string, register: string, name: string): readonly Field[] {
  const { signed, unit, picture, shorter, parts, upTo, unset = UNSET } = row;
  if (parts !== undefined) {
    return parts.map((part) => ({
      di,
      register,
      signed: part.signed ?? signed,
      unit: part.unit,
      name: `${name}: ${part.name}`,
      ...readPicture(part.picture),
      unset: part.unset ?? unset,
    }));
  }
  const shared = { di, register, signed, unit, unset, ...readPicture(picture) };
  if (upTo === undefined) return [{ ...shared, name, ...(shorter === undefined ? {} : { shorter: parsePicture(shorter) }) }];
  return Array.from({ length: upTo }, (_, index) => ({ ...shared, name: `${name}: ${repetitionName(row, index)}` }));
}

function repetitionName({ each = ['{n}'] }: DiRow, index: number): string {
  const template = each[Math.min(index, each.length - 1)] ?? '';
  return template.replace('{n-1}', String(index)).replace('{n}', String(index + 1));
}

function readPicture(text: string): Pick<Field, 'picture' | 'time'> {
  const [value = '', time] = text.split('@');
  return { picture: parsePicture(value), time: time === undefined ? undefined : parsePicture(time) };
}
