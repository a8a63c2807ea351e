/**
 * The newer records of events, classes 10 to 1C: every part of a record has a DI of its own, and DI1 = FF is the whole. Unlike
 * those of class 03 they hold the registers as they stood when the event began and when it ended.
 *
 * Not in the base standard. Two independent programs agree on voltage and current events; the others are seen in one.
 */
import { SNAPSHOT_LAYOUT } from './event-records.ts';
import { type DiRow, FIELD, type RowPart, SUPPLEMENT } from './row.ts';

interface EventClass {
  readonly code: string;
  readonly name: string;
  readonly parts: readonly RowPart[];
  readonly source: string;
}

const { voltage, current, flow, unbalance } = SNAPSHOT_LAYOUT;

/** DI2 is the phase. */
const ofPhases: readonly EventClass[] = [
  { code: '10', name: 'voltage loss', parts: voltage, source: SUPPLEMENT },
  { code: '11', name: 'under-voltage', parts: voltage, source: SUPPLEMENT },
  { code: '12', name: 'over-voltage', parts: voltage, source: SUPPLEMENT },
  { code: '13', name: 'phase loss', parts: voltage, source: SUPPLEMENT },
  { code: '18', name: 'current loss', parts: current, source: SUPPLEMENT },
  { code: '19', name: 'over-current', parts: current, source: SUPPLEMENT },
  { code: '1A', name: 'current break', parts: current, source: SUPPLEMENT },
  { code: '1B', name: 'power-flow reversal', parts: flow, source: FIELD },
  { code: '1C', name: 'overload', parts: flow, source: FIELD },
];

/** DI2 is 00. */
const ofTheWhole: readonly EventClass[] = [
  { code: '14', name: 'voltage sequence reversal', parts: flow, source: FIELD },
  { code: '15', name: 'current sequence reversal', parts: flow, source: FIELD },
  { code: '16', name: 'voltage unbalance', parts: unbalance, source: FIELD },
  { code: '17', name: 'current unbalance', parts: unbalance, source: FIELD },
];

const fixed = { register: 'dlt645:DI', signed: false, access: 'read' } as const;
const partCode = (index: number) => (index + 1).toString(16).toUpperCase().padStart(2, '0');

function rowsOf({ code, name, parts, source }: EventClass, place: string, whose: string): readonly DiRow[] {
  const head = `${code}${place}`;
  const shared = { ...fixed, source };
  return [
    { ...shared, di: `${head}0001`, name: `${name}${whose} count`, picture: 'XXXXXX', unit: 'times' },
    { ...shared, di: `${head}0002`, name: `${name}${whose} minutes`, picture: 'XXXXXX', unit: 'min' },
    ...parts.map(
      (part, index): DiRow => ({
        ...shared,
        di: `${head}${partCode(index)}NN`,
        name: `${name}${whose}, {NN}: ${part.name}`,
        picture: part.picture,
        unit: part.unit,
        signed: part.signed ?? false,
      }),
    ),
    { ...shared, di: `${head}FFNN`, name: `${name}${whose}, {NN}`, picture: '', unit: '', parts },
  ];
}

export const eventClassRows: readonly DiRow[] = [
  ...ofPhases.flatMap((event) => rowsOf(event, 'XX', ' {XX}')),
  ...ofTheWhole.flatMap((event) => rowsOf(event, '00', '')),
];
