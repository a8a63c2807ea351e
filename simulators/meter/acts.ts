/** What people do to a meter, as it notes it (class 03, DI2 = 30): how often, and of each of the last ones when, who and what was there before. */
import type { DataIdentifier } from './data-identifier.ts';
import type { Dial } from './dial.ts';
import { bcd, digits, join, moment } from './encode.ts';
import { createShelf, type Shelf } from './history.ts';

/** DI1. */
export const ACT = { programming: 0x00, meterClear: 0x01, demandClear: 0x02, eventClear: 0x03, clockSet: 0x04, dayTables: 0x05 } as const;

export interface Acts {
  /** @param body what follows time and operator */
  note(act: number, shown: Dial, operator: string, body: Uint8Array): void;
  /** A clock that was set: its record has the operator first, and both times. */
  noteClock(before: Dial, after: Dial, operator: string): void;
  read(identifier: DataIdentifier): Uint8Array | undefined;
}

const ACTS_KEPT = 10;
const ACTS: ReadonlySet<number> = new Set(Object.values(ACT));

export function createActs(): Acts {
  const shelves = new Map<number, Shelf<Uint8Array>>();
  const put = (act: number, record: Uint8Array) => {
    const shelf = shelves.get(act) ?? createShelf<Uint8Array>(ACTS_KEPT);
    shelves.set(act, shelf);
    shelf.put(record);
  };
  return {
    note: (act, shown, operator, body) => put(act, join(moment(shown, 'second'), digits(operator), body)),
    noteClock: (before, after, operator) => put(ACT.clockSet, join(digits(operator), moment(before, 'second'), moment(after, 'second'))),
    read({ part, nth }) {
      if (!ACTS.has(part)) return undefined;
      const shelf = shelves.get(part);
      return nth === 0 ? bcd(3, shelf?.count() ?? 0) : shelf?.last(nth);
    },
  };
}
