import { type FoundRow, findRegister, findRow } from '../../../protocols/dlt645/index.ts';
import type { RegisterName } from '../../core/model/register.ts';

/** One read on the line and the registers that it answers. */
export interface PlannedRead {
  readonly row: FoundRow;
  /** Names as the caller wrote them, each with the DI of its item. */
  readonly wanted: readonly { readonly register: RegisterName; readonly di: string }[];
  readonly isBlock: boolean;
}

/**
 * Turns registers into as few reads as the catalogue allows: neighbours that differ in their rate or phase become one block.
 *
 * @param blocked block DIs that this meter has refused
 * @returns undefined where a register is not in the catalogue, with its name
 */
export function planReads(
  registers: readonly RegisterName[],
  blocked: ReadonlySet<string>,
): { reads: readonly PlannedRead[] } | { unknown: RegisterName } {
  const groups = new Map<string, { readonly register: RegisterName; readonly row: FoundRow }[]>();
  for (const register of registers) {
    const row = findRegister(register);
    if (row === undefined) return { unknown: register };
    const block = blockOf(row.di);
    const key = block === undefined || blocked.has(block) ? row.di : block;
    groups.set(key, [...(groups.get(key) ?? []), { register, row }]);
  }
  return { reads: [...groups].flatMap(([di, members]) => readsOf(di, members)) };
}

function readsOf(di: string, members: readonly { readonly register: RegisterName; readonly row: FoundRow }[]): readonly PlannedRead[] {
  const block = members.length > 1 ? findRow(di) : undefined;
  if (block === undefined) return members.map(({ register, row }) => ({ row, wanted: [{ register, di: row.di }], isBlock: false }));
  return [{ row: block, wanted: members.map(({ register, row }) => ({ register, di: row.di })), isBlock: true }];
}

/** The block that runs through DI1, as 0001FF00 for the rates of forward active energy; undefined where the catalogue has none. */
function blockOf(di: string): string | undefined {
  const block = `${di.slice(0, 4)}FF${di.slice(6)}`;
  return block !== di && findRow(block) !== undefined ? block : undefined;
}
