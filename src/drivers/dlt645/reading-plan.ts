import type { RegisterName } from '../../core/model/register.ts';
import type { CatalogRow, Edition } from './edition.ts';

/** One read on the line and the registers that it answers. */
export interface PlannedRead {
  readonly row: CatalogRow;
  /** Names as the caller wrote them, each with the DI of its item. */
  readonly wanted: readonly { readonly register: RegisterName; readonly di: string }[];
  readonly isBlock: boolean;
}

type Plan = { readonly reads: readonly PlannedRead[] } | { readonly unknown: RegisterName };

/** The same lists of registers come again with every poll of every meter. */
const plans = new WeakMap<Edition, WeakMap<readonly RegisterName[], Plan>>();

/** The reads of a meter; of one that has refused no block yet, they are the reads of all its like. */
export function planReads(registers: readonly RegisterName[], blocked: ReadonlySet<string>, edition: Edition): Plan {
  if (blocked.size > 0) return makePlan(registers, blocked, edition);
  let ofEdition = plans.get(edition);
  if (ofEdition === undefined) {
    ofEdition = new WeakMap();
    plans.set(edition, ofEdition);
  }
  const known = ofEdition.get(registers);
  if (known !== undefined) return known;
  const made = makePlan(registers, blocked, edition);
  ofEdition.set(registers, made);
  return made;
}

/**
 * Turns registers into as few reads as the catalogue allows: neighbours that differ in their rate or phase become one block.
 *
 * @param blocked block DIs that this meter has refused
 * @returns undefined where a register is not in the catalogue, with its name
 */
function makePlan(registers: readonly RegisterName[], blocked: ReadonlySet<string>, edition: Edition): Plan {
  const groups = new Map<string, { readonly register: RegisterName; readonly row: CatalogRow }[]>();
  for (const register of registers) {
    const row = edition.findRegister(register);
    if (row === undefined) return { unknown: register };
    const block = blockOf(row.di, edition);
    const key = block === undefined || blocked.has(block) ? row.di : block;
    groups.set(key, [...(groups.get(key) ?? []), { register, row }]);
  }
  return { reads: [...groups].flatMap(([di, members]) => readsOf(di, members, edition)) };
}

function readsOf(
  di: string,
  members: readonly { readonly register: RegisterName; readonly row: CatalogRow }[],
  edition: Edition,
): readonly PlannedRead[] {
  const block = members.length > 1 ? edition.findRow(di) : undefined;
  if (block === undefined) return members.map(({ register, row }) => ({ row, wanted: [{ register, di: row.di }], isBlock: false }));
  return [{ row: block, wanted: members.map(({ register, row }) => ({ register, di: row.di })), isBlock: true }];
}

/** The block that a DI belongs to; undefined where the catalogue has none, or the DI is the block itself. */
function blockOf(di: string, edition: Edition): string | undefined {
  const block = edition.blockDi(di);
  return block !== di && edition.findRow(block) !== undefined ? block : undefined;
}
