/**
 * The catalogue of DL/T 645-1997, as rows of families. The last place of a DI may be a family:
 *
 *     R  tariff 0 (total) .. E    F reads the run 0 .. as long as the data is
 *     P  phase 1 (A) .. 3 (C)     F reads all three
 *     T  total 0, then phases     F reads all four
 *     Q  phase A 0 .. C 2
 *     Z  season zone 1 .. E, S  TOU period of day table 1, 1 .. A
 *
 * Where meters differ in length a row has several pictures of different lengths, and the length of the data decides.
 * Voltages of XXX and XXX.X are both two bytes: no length tells them apart, so whoever knows the meter says which it has.
 */
import { type Picture, parsePicture } from '../../shared/picture.ts';

interface Row {
  readonly di: string;
  /** OBIS where one exists (E is the tariff, a list in parentheses goes by places), else `dlt645:DI`. */
  readonly register: string;
  readonly name: string;
  readonly pictures: readonly string[];
  readonly unit: string;
}

/** What the frames of a meter do not tell. */
export interface Choices1997 {
  /** Behind the point of a voltage: none in the base standard, one in the meters of some makers. */
  readonly voltageDecimals: 0 | 1;
}

export const BASE_STANDARD: Choices1997 = { voltageDecimals: 0 };

export interface Field1997 {
  readonly di: string;
  readonly register: string;
  readonly name: string;
  readonly unit: string;
  /** From the shortest on, each of another length. */
  readonly pictures: readonly Picture[];
}

export interface FoundRow1997 {
  readonly di: string;
  readonly register: string;
  readonly name: string;
  readonly unit: string;
  readonly fields: readonly Field1997[];
  /** A block of as many tariffs as the meter has. */
  readonly openEnded: boolean;
}

const FAMILIES: Readonly<Record<string, { first: number; last: number; block: boolean; word: (place: number) => string }>> = {
  R: { first: 0, last: 14, block: true, word: (place) => (place === 0 ? 'total' : `tariff ${place}`) },
  P: { first: 1, last: 3, block: true, word: (place) => ['A', 'B', 'C'][place - 1] ?? '' },
  T: { first: 0, last: 3, block: true, word: (place) => ['total', 'A', 'B', 'C'][place] ?? '' },
  Z: { first: 1, last: 14, block: false, word: String },
  S: { first: 1, last: 10, block: false, word: String },
  Q: { first: 0, last: 2, block: false, word: (place) => ['A', 'B', 'C'][place] ?? '' },
};

const MONTHS = [
  { di: 0, name: '', obis: '' },
  { di: 4, name: ', last month', obis: '*101' },
  { di: 8, name: ', month before last', obis: '*102' },
] as const;

const ENERGIES = [
  { di: '901R', group: 1, name: 'forward active {}', unit: 'kWh' },
  { di: '902R', group: 2, name: 'reverse active {}', unit: 'kWh' },
  { di: '911R', group: 3, name: 'forward reactive {}', unit: 'kvarh' },
  { di: '912R', group: 4, name: 'reverse reactive {}', unit: 'kvarh' },
  { di: '913R', group: 5, name: 'Q1 reactive {}', unit: 'kvarh' },
  { di: '914R', group: 8, name: 'Q4 reactive {}', unit: 'kvarh' },
  { di: '915R', group: 6, name: 'Q2 reactive {}', unit: 'kvarh' },
  { di: '916R', group: 7, name: 'Q3 reactive {}', unit: 'kvarh' },
] as const;

/** The months of a quantity stand at a fixed distance in the second place of the DI. */
const energyRows = MONTHS.flatMap((month) =>
  ENERGIES.map(
    ({ di, group, name, unit }): Row => ({
      di: `9${Number(di[1]) + month.di}${di.slice(2)}`.toUpperCase(),
      register: `1-0:${group}.8.E${month.obis}`,
      name: `${name}${month.name}`,
      pictures: ['XXXXXX.XX'],
      unit,
    }),
  ),
);

const own = 'dlt645:DI';
const VOLTAGE = 'VOLTAGE';
const VOLTAGES = { 0: 'XXXX', 1: 'XXX.X' } as const satisfies Record<Choices1997['voltageDecimals'], string>;

const row = (di: string, register: string, name: string, unit: string, ...pictures: string[]): Row => ({
  di,
  register,
  name,
  pictures,
  unit,
});

const otherRows: readonly Row[] = [
  row('9000', own, 'combined active total', 'kWh', 'XXXXXX.XX'),
  row('907Q', own, 'phase {} forward active', 'kWh', 'XXXXXX.XX'),
  row('908Q', own, 'phase {} reverse active', 'kWh', 'XXXXXX.XX'),
  row('A01R', '1-0:1.6.E', 'forward active maximum demand {}', 'kW', 'XX.XXXX'),
  row('A02R', '1-0:2.6.E', 'reverse active maximum demand {}', 'kW', 'XX.XXXX'),
  row('A11R', '1-0:3.6.E', 'forward reactive maximum demand {}', 'kvar', 'XX.XXXX'),
  row('A41R', '1-0:1.6.E*101', 'forward active maximum demand {}, last month', 'kW', 'XX.XXXX'),
  row('B01R', own, 'time of forward active maximum demand {}', '', 'MMDDhhmm'),
  row('B41R', own, 'time of forward active maximum demand {}, last month', '', 'MMDDhhmm'),
  row('B210', own, 'last programming time', '', 'MMDDhhmm'),
  row('B211', own, 'last demand clear time', '', 'MMDDhhmm'),
  row('B212', own, 'programming count', 'times', 'NNNN'),
  row('B213', own, 'demand clear count', 'times', 'NNNN'),
  row('B214', own, 'battery working time', 'min', 'NNNNNN'),
  row('B31T', own, 'phase loss count {}', 'times', 'NNNN', 'NNNNNN'),
  row('B32T', own, 'phase loss minutes {}', 'min', 'NNNNNN'),
  row('B33T', own, 'last phase loss start {}', '', 'MMDDhhmm'),
  row('B34T', own, 'last phase loss end {}', '', 'MMDDhhmm'),
  row('B61P', '1-0:(32,52,72).7.0', 'voltage {}', 'V', VOLTAGE),
  row('B62P', '1-0:(31,51,71).7.0', 'current {}', 'A', 'XX.XX', 'XXX.XXX'),
  row('B63T', '1-0:(16,36,56,76).7.0', 'active power {}', 'kW', 'XX.XXXX'),
  row('B64T', own, 'reactive power {}', 'kvar', 'XX.XX', 'XX.XXXX'),
  row('B65T', '1-0:(13,33,53,73).7.0', 'power factor {}', '', 'X.XXX'),
  row('C010', own, 'date and weekday', '', 'YYMMDDWW'),
  row('C011', own, 'time', '', 'hhmmss'),
  row('C020', own, 'meter status word', '', 'BITS×1'),
  row('C021', own, 'grid status word', '', 'BITS×1'),
  row('C022', own, 'weekend status word', '', 'BITS×1'),
  row('C030', own, 'active constant', 'imp/kWh', 'NNNNNN'),
  row('C031', own, 'reactive constant', 'imp/kvarh', 'NNNNNN'),
  row('C032', own, 'meter number', '', 'BCD×6'),
  row('C033', own, 'user number', '', 'BCD×6'),
  row('C034', own, 'communication address', '', 'BCD×6'),
  row('C111', own, 'maximum demand period', 'min', 'NN'),
  row('C112', own, 'sliding time', 'min', 'NN'),
  row('C117', own, 'automatic reading day', '', 'DDhh'),
  row('C211', own, 'output pulse width', 'ms', 'NN', 'NNNN'),
  row('C310', own, 'number of season zones', '', 'NN'),
  row('C311', own, 'number of day tables', '', 'NN'),
  row('C312', own, 'slots of a day', '', 'NN'),
  row('C313', own, 'number of tariffs', '', 'NN'),
  row('C314', own, 'number of public holidays', '', 'NN'),
  row('C32Z', own, 'season {}', '', 'MMDDNN'),
  row('C33S', own, 'day table 1: TOU period {}', '', 'hhmmNN'),
];

const rows: ReadonlyMap<string, Row> = new Map([...energyRows, ...otherRows].map((entry) => [entry.di, entry]));
const DI_HEX = /^[0-9A-F]{4}$/;
const BLOCK = 15;

/**
 * The row of a DI (4 upper-case hex digits, DI1 first); undefined where the catalogue has none.
 *
 * @param choices what is known of the meter besides its frames
 */
export function findRow1997(di: string, choices: Choices1997 = BASE_STANDARD): FoundRow1997 | undefined {
  if (!DI_HEX.test(di)) return undefined;
  const alone = rows.get(di);
  if (alone !== undefined) return found(di, [fieldOf(alone, di, choices)], false);
  const place = Number.parseInt(di.slice(3), 16);
  for (const [letter, { first, last, block }] of Object.entries(FAMILIES)) {
    const family = rows.get(`${di.slice(0, 3)}${letter}`);
    if (family === undefined) continue;
    if (place >= first && place <= last) return found(di, [fieldOf(family, di, choices)], false);
    if (block && place === BLOCK) return found(di, membersOf(family, choices), true);
  }
  return undefined;
}

/** The field of every single DI, blocks left out. */
export function listFields1997(choices: Choices1997 = BASE_STANDARD): readonly Field1997[] {
  return [...rows.values()].flatMap((entry) => membersOf(entry, choices));
}

function found(di: string, fields: readonly Field1997[], openEnded: boolean): FoundRow1997 {
  const [first] = fields;
  const register = openEnded ? `dlt645:${di}` : (first?.register ?? '');
  const name = `${first?.name ?? ''}${openEnded ? ', block' : ''}`;
  return { di, register, name, unit: first?.unit ?? '', fields, openEnded };
}

/** The fields of a family from its first place to its last; of a row that is none its one field. */
function membersOf(entry: Row, choices: Choices1997): readonly Field1997[] {
  const family = familyOf(entry);
  if (family === undefined) return [fieldOf(entry, entry.di, choices)];
  return Array.from({ length: family.last - family.first + 1 }, (_, index) =>
    fieldOf(entry, `${entry.di.slice(0, 3)}${(family.first + index).toString(16).toUpperCase()}`, choices),
  );
}

const familyOf = ({ di }: Row) => FAMILIES[di.slice(3)];

function fieldOf(entry: Row, di: string, { voltageDecimals }: Choices1997): Field1997 {
  const place = Number.parseInt(di.slice(3), 16);
  const family = familyOf(entry);
  return {
    di,
    register: registerOf(entry.register, di, place, place - (family?.first ?? 0)),
    name: entry.name.replace('{}', family?.word(place) ?? ''),
    unit: entry.unit,
    pictures: entry.pictures.map((text) => parsePicture(text === VOLTAGE ? VOLTAGES[voltageDecimals] : text)),
  };
}

function registerOf(template: string, di: string, place: number, index: number): string {
  if (template === own) return `dlt645:${di}`;
  return template.replace('E', String(place)).replace(/\(([\d,]+)\)/, (_, list: string) => list.split(',')[index] ?? '');
}
