import { type DiRow, type RowPart, STANDARD, SUPPLEMENT, type Unit } from './row.ts';

const standard = { register: 'dlt645:DI', signed: false, access: 'read', source: STANDARD } as const;
const supplement = { ...standard, source: SUPPLEMENT } as const;

const COUNT = 'XXXXXX';
const phaseParts = (phase: string): readonly RowPart[] => [
  { name: `count phase ${phase}`, picture: COUNT, unit: 'times' },
  { name: `minutes phase ${phase}`, picture: COUNT, unit: 'min' },
];
const countsOfPhases: readonly RowPart[] = ['A', 'B', 'C'].flatMap(phaseParts);

/** Events that every phase counts by itself. 030B is loss of current, not the relay. */
const phaseEvents: Readonly<Record<string, string>> = {
  '01': 'voltage loss',
  '02': 'under-voltage',
  '03': 'over-voltage',
  '04': 'phase loss',
  '0B': 'current loss',
  '0C': 'over-current',
  '0D': 'current break',
  '0E': 'power-flow reversal',
  '0F': 'overload',
};
const phaseEventRows = Object.entries(phaseEvents).flatMap(([code, name]): DiRow[] => [
  { ...standard, di: `03${code}0000`, name, picture: '', unit: '', parts: countsOfPhases },
  { ...standard, di: `03${code}01NN`, name: `${name} phase A, {NN}`, picture: 'RAW', unit: '' },
  { ...standard, di: `03${code}02NN`, name: `${name} phase B, {NN}`, picture: 'RAW', unit: '' },
  { ...standard, di: `03${code}03NN`, name: `${name} phase C, {NN}`, picture: 'RAW', unit: '' },
]);

/** Acts that the meter records: a count, and records as long as the standard's tables make them (RAW where that varies). */
const actRecords: readonly (readonly [code: string, name: string, record: string])[] = [
  ['00', 'programming', 'RAW×50'],
  ['01', 'meter clear', 'RAW×106'],
  ['02', 'demand clear', 'RAW×202'],
  ['03', 'event clear', 'RAW×14'],
  ['04', 'clock set', 'RAW×16'],
  ['05', 'day table programming', 'RAW×682'],
  ['06', 'season programming', 'RAW'],
  ['07', 'weekend programming', 'RAW'],
  ['08', 'holiday programming', 'RAW'],
  ['0C', 'settlement day programming', 'RAW'],
  ['0D', 'cover open', 'RAW×60'],
  ['0E', 'terminal cover open', 'RAW×60'],
];
const actRows = actRecords.flatMap(([code, name, record]): DiRow[] => [
  { ...standard, di: `0330${code}00`, name: `${name} count`, picture: COUNT, unit: 'times' },
  { ...standard, di: `0330${code}NN`, name: `${name}, {NN}`, picture: record, unit: '' },
]);

const singleRows: readonly DiRow[] = [
  {
    ...standard,
    di: '03050000',
    name: 'all-phase voltage loss',
    picture: '',
    unit: '',
    parts: [
      { name: 'count', picture: COUNT, unit: 'times' },
      { name: 'minutes', picture: COUNT, unit: 'min' },
    ],
  },
  {
    ...standard,
    di: '030500NN',
    name: 'all-phase voltage loss, {NN}',
    picture: '',
    unit: '',
    parts: [
      { name: 'start', picture: 'YYMMDDhhmmss', unit: '' },
      { name: 'current', picture: 'XXX.XXX', unit: 'A' },
      { name: 'end', picture: 'YYMMDDhhmmss', unit: '' },
    ],
  },
  { ...standard, di: '03110000', name: 'power-off count', picture: COUNT, unit: 'times' },
  {
    ...standard,
    di: '031100NN',
    name: 'power-off, {NN}',
    picture: '',
    unit: '',
    parts: [
      { name: 'start', picture: 'YYMMDDhhmmss', unit: '' },
      { name: 'end', picture: 'YYMMDDhhmmss', unit: '' },
    ],
  },
  { ...standard, di: '03120000', name: 'forward demand over-limit count', picture: COUNT, unit: 'times' },
];

/** Purchases of prepaid meters: 0332 by energy, 0333 by money. */
const purchaseRows = (
  [
    ['32', 'energy', 'kWh'],
    ['33', 'money', 'yuan'],
  ] as const
).flatMap(([code, what, unit]): DiRow[] => [
  { ...supplement, di: `03${code}01NN`, name: `${what} purchase date, {NN}`, picture: 'YYMMDDhhmm', unit: '' },
  { ...supplement, di: `03${code}02NN`, name: `${what} purchase count after, {NN}`, picture: 'NNNN', unit: 'times' },
  { ...supplement, di: `03${code}03NN`, name: `${what} purchased, {NN}`, picture: 'XXXXXX.XX', unit },
  { ...supplement, di: `03${code}04NN`, name: `${what} balance before purchase, {NN}`, picture: 'XXXXXX.XX', unit },
  { ...supplement, di: `03${code}05NN`, name: `${what} balance after purchase, {NN}`, picture: 'XXXXXX.XX', unit },
  { ...supplement, di: `03${code}06NN`, name: `${what} purchased in all, {NN}`, picture: 'XXXXXX.XX', unit },
]);

/** The energies that a relay record keeps, in the order that meters are believed to use. */
const relayEnergies: readonly (readonly [name: string, unit: Unit])[] = [
  ['forward active energy', 'kWh'],
  ['reverse active energy', 'kWh'],
  ['Q1 reactive energy', 'kvarh'],
  ['Q2 reactive energy', 'kvarh'],
  ['Q3 reactive energy', 'kvarh'],
  ['Q4 reactive energy', 'kvarh'],
];
const relayParts: readonly RowPart[] = [
  { name: 'time', picture: 'YYMMDDhhmmss', unit: '' },
  { name: 'operator', picture: 'BCD×4', unit: '' },
  ...relayEnergies.map(([name, unit]) => ({ name, picture: 'XXXXXX.XX', unit })),
];
const relayRows = (
  [
    ['1D', 'relay trip'],
    ['1E', 'relay close'],
  ] as const
).flatMap(([code, name]): DiRow[] => [
  { ...supplement, di: `${code}000001`, name: `${name} count`, picture: COUNT, unit: 'times' },
  ...relayParts.map((part, index) => ({ ...supplement, ...part, di: `${code}000${index + 1}NN`, name: `${name}, {NN}: ${part.name}` })),
  { ...supplement, di: `${code}00FFNN`, name: `${name}, {NN}`, picture: '', unit: '', parts: relayParts },
]);

export const eventRows: readonly DiRow[] = [...phaseEventRows, ...actRows, ...singleRows, ...purchaseRows, ...relayRows];
