import { type DiRow, STANDARD, SUPPLEMENT } from './row.ts';

const shared = { register: 'dlt645:DI', access: 'read', unit: '', signed: false } as const;

/** DI2: what made the meter freeze its registers. DI0 counts back from the last time. */
const occasions = [
  { code: '00', name: 'timed freeze', source: STANDARD },
  { code: '01', name: 'instant freeze', source: STANDARD },
  { code: '02', name: 'season set switch freeze', source: STANDARD },
  { code: '03', name: 'day table set switch freeze', source: STANDARD },
  { code: '04', name: 'hourly freeze', source: SUPPLEMENT },
  { code: '05', name: 'price set switch freeze', source: SUPPLEMENT },
  { code: '06', name: 'daily freeze', source: SUPPLEMENT },
  { code: '07', name: 'step block switch freeze', source: SUPPLEMENT },
] as const;

const ratesOf = { upTo: 64, each: ['total', 'tariff {n-1}'] } as const;
const energy = { picture: 'XXXXXX.XX', ...ratesOf } as const;
const demand = { picture: 'XX.XXXX@YYMMDDhhmm', ...ratesOf } as const;
const POWER = 'XX.XXXX';

/** DI1: what was frozen. */
const quantities: readonly (Pick<DiRow, 'name' | 'picture'> & Partial<DiRow> & { readonly code: string })[] = [
  { code: '00', name: 'time', picture: 'YYMMDDhhmm' },
  { code: '01', name: 'forward active energy', ...energy, unit: 'kWh' },
  { code: '02', name: 'reverse active energy', ...energy, unit: 'kWh' },
  { code: '03', name: 'combined reactive 1 energy', ...energy, unit: 'kvarh', signed: true },
  { code: '04', name: 'combined reactive 2 energy', ...energy, unit: 'kvarh', signed: true },
  { code: '05', name: 'Q1 reactive energy', ...energy, unit: 'kvarh' },
  { code: '06', name: 'Q2 reactive energy', ...energy, unit: 'kvarh' },
  { code: '07', name: 'Q3 reactive energy', ...energy, unit: 'kvarh' },
  { code: '08', name: 'Q4 reactive energy', ...energy, unit: 'kvarh' },
  { code: '09', name: 'forward active max demand', ...demand, unit: 'kW' },
  { code: '0A', name: 'reverse active max demand', ...demand, unit: 'kW' },
  {
    code: '10',
    name: 'powers',
    picture: '',
    signed: true,
    parts: [
      ...['total', 'phase A', 'phase B', 'phase C'].map((which) => ({ name: `active ${which}`, picture: POWER, unit: 'kW' as const })),
      ...['total', 'phase A', 'phase B', 'phase C'].map((which) => ({ name: `reactive ${which}`, picture: POWER, unit: 'kvar' as const })),
    ],
  },
  /** How its parts are told apart is not confirmed. */
  { code: 'FF', name: 'whole block', picture: 'RAW' },
];

/** Each hour only two totals are frozen, and their block has 13 bytes: two independent programs have it so. */
const HOURLY = '04';
const hourlyBlock: Partial<DiRow> = {
  picture: '',
  source: SUPPLEMENT,
  parts: [
    { name: 'time', picture: 'YYMMDDhhmm', unit: '' },
    { name: 'forward active energy total', picture: 'XXXXXX.XX', unit: 'kWh' },
    { name: 'reverse active energy total', picture: 'XXXXXX.XX', unit: 'kWh' },
  ],
};

/** Registers as they stood when the meter froze them. */
export const freezeRows: readonly DiRow[] = occasions.flatMap((occasion) =>
  quantities.map(({ code, ...quantity }) => ({
    ...shared,
    ...quantity,
    di: `05${occasion.code}${code}NN`,
    name: `${occasion.name}, {NN}: ${quantity.name}`,
    source: occasion.source,
    ...(occasion.code === HOURLY && code === 'FF' ? hourlyBlock : {}),
  })),
);

/** Load records: told apart here, taken apart in `load-record.ts`. */
export const loadRecordRows = [
  { ...shared, di: '06GG0000', name: 'load record{GG}: oldest', picture: 'RAW', source: STANDARD },
  { ...shared, di: '06GG0001', name: 'load record{GG}: from a time', picture: 'RAW', source: STANDARD },
  { ...shared, di: '06GG0002', name: 'load record{GG}: latest', picture: 'RAW', source: STANDARD },
] as const satisfies readonly DiRow[];
