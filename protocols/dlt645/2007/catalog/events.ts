import {
  actParts,
  clearedDemands,
  clearedEnergies,
  coverParts,
  EVENT_LAYOUT,
  operator,
  relayParts,
  repeated,
  timeNamed,
} from './event-records.ts';
import { type DiRow, FIELD, type RowPart, STANDARD, SUPPLEMENT } from './row.ts';

const standard = { register: 'dlt645:DI', signed: false, access: 'read', source: STANDARD } as const;
const supplement = { ...standard, source: SUPPLEMENT } as const;
const structure = { picture: '', unit: '' } as const;

const COUNT = 'XXXXXX';
const count = { picture: COUNT, unit: 'times' } as const;
const countAndMinutes: readonly RowPart[] = [
  { name: 'count', picture: COUNT, unit: 'times' },
  { name: 'minutes', picture: COUNT, unit: 'min' },
];
const countsOfPhases: readonly RowPart[] = ['A', 'B', 'C'].flatMap((phase) =>
  countAndMinutes.map((part) => ({ ...part, name: `${part.name} phase ${phase}` })),
);

/** Events that every phase counts by itself. 030B is loss of current, not the relay. */
const phaseEvents: readonly (readonly [code: string, name: string, record: readonly RowPart[]])[] = [
  ['01', 'voltage loss', EVENT_LAYOUT.valuesAndCharge],
  ['02', 'under-voltage', EVENT_LAYOUT.valuesAndCharge],
  ['03', 'over-voltage', EVENT_LAYOUT.valuesAndCharge],
  ['04', 'phase loss', EVENT_LAYOUT.valuesAndCharge],
  ['0B', 'current loss', EVENT_LAYOUT.valuesOfPhases],
  ['0C', 'over-current', EVENT_LAYOUT.valuesOfPhases],
  ['0D', 'current break', EVENT_LAYOUT.valuesOfPhases],
  ['0E', 'power-flow reversal', EVENT_LAYOUT.energiesOfPhases],
  ['0F', 'overload', EVENT_LAYOUT.energiesOfPhases],
];
const phaseEventRows = phaseEvents.flatMap(([code, name, parts]): DiRow[] => [
  { ...standard, ...structure, di: `03${code}0000`, name, parts: countsOfPhases },
  ...['A', 'B', 'C'].map((phase, index) => ({
    ...standard,
    ...structure,
    di: `03${code}0${index + 1}NN`,
    name: `${name} phase ${phase}, {NN}`,
    parts,
  })),
]);

/** Events of the whole meter: how often, how long, and the last ones. */
const wholeEvents: readonly (readonly [code: string, name: string, record: readonly RowPart[]])[] = [
  ['05', 'all-phase voltage loss', [timeNamed('start'), { name: 'current', picture: 'XXX.XXX', unit: 'A' }, timeNamed('end')]],
  ['06', 'auxiliary supply loss', EVENT_LAYOUT.startEnd],
  ['07', 'voltage sequence reversal', EVENT_LAYOUT.energiesOfPhases],
  ['08', 'current sequence reversal', EVENT_LAYOUT.energiesOfPhases],
  ['09', 'voltage unbalance', EVENT_LAYOUT.unbalance],
  ['0A', 'current unbalance', EVENT_LAYOUT.unbalance],
];
const wholeEventRows = wholeEvents.flatMap(([code, name, parts]): DiRow[] => [
  { ...standard, ...structure, di: `03${code}0000`, name, parts: countAndMinutes },
  { ...standard, ...structure, di: `03${code}00NN`, name: `${name}, {NN}`, parts },
]);

const singleRows: readonly DiRow[] = [
  { ...standard, ...count, di: '03110000', name: 'power-off count' },
  { ...standard, ...structure, di: '031100NN', name: 'power-off, {NN}', parts: EVENT_LAYOUT.startEnd },
  {
    ...standard,
    ...count,
    di: '03120000',
    name: 'demand over-limit count',
    upTo: 6,
    each: ['forward active', 'reverse active', 'Q1 reactive', 'Q2 reactive', 'Q3 reactive', 'Q4 reactive'],
  },
  {
    ...standard,
    ...structure,
    di: '0312MMNN',
    name: '{MM} demand over-limit, {NN}',
    parts: [...EVENT_LAYOUT.startEnd, { name: 'greatest demand', picture: 'XX.XXXX@YYMMDDhhmm', unit: '' }],
  },
];

const TABLES = 8;
const PERIODS = 14;
const HOLIDAYS = 254;
const SETTLEMENT_DAYS = 3;
const PROGRAMMED_DIS = 10;
/** Of the second set the tables come behind those of the first. */
const setOf = (n: number, each: number) => `set ${Math.ceil(n / each)}`;
const dayTableName = (n: number) =>
  `${setOf(n, TABLES * PERIODS)} day table ${((Math.ceil(n / PERIODS) - 1) % TABLES) + 1}, TOU period ${((n - 1) % PERIODS) + 1}`;
const word: RowPart = { name: 'word before', picture: 'BITS×1', unit: '' };

/** Acts of people that the meter records, with what was there before them. */
const acts: readonly (readonly [code: string, name: string, record: readonly RowPart[]])[] = [
  ['00', 'programming', actParts(...repeated(PROGRAMMED_DIS, 'BITS×4', (n) => `DI ${n}`))],
  ['01', 'meter clear', actParts(...clearedEnergies)],
  ['02', 'demand clear', actParts(...clearedDemands)],
  ['03', 'event clear', actParts({ name: 'DI', picture: 'BITS×4', unit: '' })],
  ['04', 'clock set', [operator, timeNamed('clock before'), timeNamed('clock after')]],
  ['05', 'day table programming', actParts(...repeated(2 * TABLES * PERIODS, 'hhmmNN', dayTableName))],
  [
    '06',
    'season programming',
    actParts(...repeated(2 * PERIODS, 'MMDDNN', (n) => `${setOf(n, PERIODS)} season ${((n - 1) % PERIODS) + 1}`)),
  ],
  ['07', 'weekend programming', actParts({ name: 'day table before', picture: 'NN', unit: '' })],
  ['08', 'holiday programming', actParts(...repeated(HOLIDAYS, 'YYMMDDNN', (n) => `public holiday ${n}`))],
  ['09', 'active combination programming', actParts(word)],
  ['0A', 'reactive combination 1 programming', actParts(word)],
  ['0B', 'reactive combination 2 programming', actParts(word)],
  ['0C', 'settlement day programming', actParts(...repeated(SETTLEMENT_DAYS, 'DDhh', (n) => `settlement day ${n} before`))],
  ['0D', 'cover open', coverParts],
  ['0E', 'terminal cover open', coverParts],
];
const actRows = acts.flatMap(([code, name, parts]): DiRow[] => [
  { ...standard, ...count, di: `0330${code}00`, name: `${name} count` },
  { ...standard, ...structure, di: `0330${code}NN`, name: `${name}, {NN}`, parts },
]);

/** How long the voltage was within its limits, in this and in the last months; seen in one implementation. */
const voltageStatistics = (['0', '1', '2', '3'] as const).map((place): DiRow => {
  const rate = place === '0' ? 'XXXX.XX' : 'XX.XX';
  return {
    ...standard,
    ...structure,
    source: FIELD,
    di: `03100${place}HH`,
    name: `voltage statistics${place === '0' ? '' : ` phase ${' ABC'[Number(place)]}`}{HH}`,
    parts: [
      { name: 'time watched', picture: COUNT, unit: 'min' },
      { name: 'within limits', picture: rate, unit: '%' },
      { name: 'outside limits', picture: rate, unit: '%' },
      { name: 'time above', picture: COUNT, unit: 'min' },
      { name: 'time below', picture: COUNT, unit: 'min' },
      { name: 'highest', picture: 'XXX.X', unit: 'V' },
      { name: 'time of the highest', picture: 'MMDDhhmm', unit: '' },
      { name: 'lowest', picture: 'XXX.X', unit: 'V' },
      { name: 'time of the lowest', picture: 'MMDDhhmm', unit: '' },
    ],
  };
});

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

const relayRows = (
  [
    ['1D', 'relay trip'],
    ['1E', 'relay close'],
  ] as const
).flatMap(([code, name]): DiRow[] => [
  { ...supplement, ...count, di: `${code}000001`, name: `${name} count` },
  ...relayParts.map((part, index) => ({
    ...supplement,
    di: `${code}000${index + 1}NN`,
    name: `${name}, {NN}: ${part.name}`,
    picture: part.picture,
    unit: part.unit,
  })),
  { ...supplement, ...structure, di: `${code}00FFNN`, name: `${name}, {NN}`, parts: relayParts },
]);

export const eventRows: readonly DiRow[] = [
  ...phaseEventRows,
  ...wholeEventRows,
  ...singleRows,
  ...actRows,
  ...voltageStatistics,
  ...purchaseRows,
  ...relayRows,
];
