/** The items of the catalogue that a meter lets others set, by the names that people use for them. */
import { hexPair } from '../../../shared/hex.ts';
import { familyOf } from './family.ts';
import { diRows, type FoundRow, findRow } from './find.ts';
import { findRegister } from './register.ts';

let byName: ReadonlyMap<string, string> | undefined;

/**
 * The row of an item that can be written: its name as `feikong decode` tells it, its DI, or its register.
 *
 * @returns undefined where the catalogue has no such item, or only one that is read or that another function writes
 */
export function findWritable(item: string): FoundRow | undefined {
  byName ??= new Map(diRows.filter(({ access }) => access === 'read-write').flatMap(({ di }) => namesOf(di)));
  const di = byName.get(item.trim().toLowerCase());
  const row = di === undefined ? findRegister(item) : findRow(di);
  return row?.row.access === 'read-write' ? row : undefined;
}

/** Every DI of a family under its name. */
function namesOf(template: string): readonly (readonly [name: string, di: string])[] {
  const [pair] = template.match(/../g)?.filter((one) => familyOf(one) !== undefined) ?? [];
  const family = pair === undefined ? undefined : familyOf(pair);
  if (pair === undefined || family === undefined) return named(template);
  return Array.from({ length: family.last - family.first + 1 }, (_, index) =>
    named(template.replace(pair, hexPair(family.first + index))),
  ).flat();
}

function named(di: string): readonly (readonly [name: string, di: string])[] {
  const row = findRow(di);
  return row === undefined ? [] : [[row.name.toLowerCase(), di]];
}
