/** Class 06: what a meter noted of its load, as records; voltage, current and the rest follow from the moment and the power. */
import { encodeLoadRecord, type ReadRequest } from '../../protocols/dlt645/index.ts';
import { readBcd } from '../../protocols/shared/bcd.ts';
import { identify } from './data-identifier.ts';
import { type Dial, dialOf, localTimeOf, MINUTE_MS, midnightOf } from './dial.ts';
import { bcd, energies, join } from './encode.ts';
import type { LoadEntry } from './load-log.ts';
import { mainsAt } from './mains.ts';
import type { Parameters } from './parameters.ts';
import { variableOf } from './variable-items.ts';
import type { Works } from './works.ts';

const LOAD_RECORD = /^060([0-6])000([012])$/;
const MODE_WORD_DI = '04000901';
const INTERVAL_DI = '04000A02';

/** The records that a read asks for, one behind the other; empty where there is none, undefined where the DI is none of theirs. */
export function readLoadRecords({ loadLog, parameters, seed }: Works, request: ReadRequest): Uint8Array | undefined {
  const [, recordClass, which] = LOAD_RECORD.exec(request.di) ?? [];
  if (recordClass === undefined) return undefined;
  const due = loadLog.entries().filter(({ shown }) => isDue(parameters, shown));
  const has = classesOf(parameters, Number(recordClass));
  return join(...chosen(due, which, request).map((entry) => recordOf(entry, seed, has)));
}

function chosen(entries: readonly LoadEntry[], which: string | undefined, { blocks = 1, from }: ReadRequest): readonly LoadEntry[] {
  if (which === '2') return entries.slice(-1);
  const first = from === undefined ? 0 : entries.findIndex(({ shown }) => shown >= dialOf(from));
  return first < 0 ? [] : entries.slice(first, first + blocks);
}

/** The interval of class 1 holds for all of them here, and is kept to as far as quarter hours can. */
function isDue(parameters: Parameters, shown: Dial): boolean {
  const minutes = Math.max(readBcd(parameters.get(INTERVAL_DI) ?? new Uint8Array(0), 0, 2) ?? 1, 1);
  return ((shown - midnightOf(shown)) / MINUTE_MS) % minutes === 0;
}

/** Which of the six sections are recorded (b0 is class 1) and asked for (class 0 is all of them). */
function classesOf(parameters: Parameters, asked: number): (section: number) => boolean {
  const word = parameters.get(MODE_WORD_DI)?.[0] ?? 0;
  return (section) => ((word >> (section - 1)) & 1) === 1 && (asked === 0 || asked === section);
}

function recordOf(entry: LoadEntry, seed: number, has: (section: number) => boolean): Uint8Array {
  const mains = mainsAt(seed, entry.at, entry.watts);
  const variables = (...dis: readonly string[]) => dis.flatMap((di) => [...(variableOf(identify(di), mains) ?? [])]);
  const section = (number: number, bytes: () => Iterable<number>) => (has(number) ? Uint8Array.from(bytes()) : new Uint8Array(0));
  return encodeLoadRecord(localTimeOf(entry.shown), [
    section(1, () => variables('0201FF00', '0202FF00', '02800002')),
    section(2, () => variables('0203FF00', '0204FF00')),
    section(3, () => variables('0206FF00')),
    section(4, () => energies([entry.total, 0, 0, 0])),
    section(5, () => energies([0, 0, 0, 0])),
    section(6, () => [...variables('02800004'), ...bcd(3, 0)]),
  ]);
}
