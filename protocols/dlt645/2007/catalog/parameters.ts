import { type DiRow, FIELD, type RowPart, STANDARD, SUPPLEMENT } from './row.ts';

/** A day that does not come: 9999. */
const UNSET_DAY = 0x99;

const settable = { register: 'dlt645:DI', unit: '', signed: false, access: 'read-write', source: STANDARD } as const;
const fixed = { ...settable, access: 'read' } as const;
const supplement = { ...settable, source: SUPPLEMENT } as const;
const field = { ...settable, source: FIELD } as const;

const clockRows = [
  { ...settable, di: '04000101', register: '1-0:0.9.2', name: 'date and weekday', picture: 'YYMMDDWW', isClock: true },
  { ...settable, di: '04000102', register: '1-0:0.9.1', name: 'time', picture: 'hhmmss', isClock: true },
  { ...settable, di: '04000103', name: 'max-demand period', picture: 'NN', unit: 'min' },
  { ...settable, di: '04000104', name: 'sliding time', picture: 'NN', unit: 'min' },
  { ...settable, di: '04000105', name: 'pulse width', picture: 'XXXX', unit: 'ms' },
  { ...settable, di: '04000106', name: 'season set switch time', picture: 'YYMMDDhhmm' },
  { ...settable, di: '04000107', name: 'day table set switch time', picture: 'YYMMDDhhmm' },
  { ...supplement, di: '04000108', name: 'price set switch time', picture: 'YYMMDDhhmm' },
  { ...supplement, di: '04000109', name: 'step block set switch time', picture: 'YYMMDDhhmm' },
  { ...field, di: '0400010A', name: 'step block season switch time', picture: 'YYMMDDhhmm' },
  { ...field, di: '0400010C', register: '0-0:1.0.0', name: 'date, weekday and time', picture: 'YYMMDDWWhhmmss', isClock: true },
] as const satisfies readonly DiRow[];

const countRows = [
  { ...settable, di: '04000201', name: 'seasons of a year', picture: 'NN' },
  { ...settable, di: '04000202', name: 'day tables', picture: 'NN' },
  { ...settable, di: '04000203', name: 'TOU periods of a day', picture: 'NN' },
  { ...settable, di: '04000204', name: 'rates', picture: 'NN' },
  { ...settable, di: '04000205', name: 'public holidays', picture: 'NNNN' },
  { ...settable, di: '04000206', name: 'harmonics', picture: 'NN' },
  { ...field, di: '04000207', name: 'step blocks', picture: 'NN' },
  { ...settable, di: '04000301', name: 'auto-cycle screens', picture: 'NN' },
  { ...settable, di: '04000302', name: 'time per screen', picture: 'NN', unit: 's' },
  { ...settable, di: '04000303', name: 'energy decimals shown', picture: 'NN' },
  { ...settable, di: '04000304', name: 'power decimals shown', picture: 'NN' },
  { ...settable, di: '04000305', name: 'key-cycle screens', picture: 'NN' },
  { ...supplement, di: '04000306', register: '1-0:0.4.2', name: 'CT ratio', picture: 'NNNNNN' },
  { ...supplement, di: '04000307', register: '1-0:0.4.3', name: 'PT ratio', picture: 'NNNNNN' },
] as const satisfies readonly DiRow[];

const identityRows = [
  { ...settable, di: '04000401', name: 'communication address', picture: 'BCD×6' },
  { ...settable, di: '04000402', name: 'meter number', picture: 'BCD×6' },
  { ...settable, di: '04000403', name: 'asset code', picture: 'ASCII×32' },
  { ...fixed, di: '04000404', name: 'rated voltage', picture: 'ASCII×6' },
  { ...fixed, di: '04000405', name: 'base current', picture: 'ASCII×6' },
  { ...fixed, di: '04000406', name: 'max current', picture: 'ASCII×6' },
  { ...fixed, di: '04000407', name: 'active accuracy class', picture: 'ASCII×4' },
  { ...fixed, di: '04000408', name: 'reactive accuracy class', picture: 'ASCII×4' },
  { ...fixed, di: '04000409', register: '1-0:0.3.0', name: 'active constant', picture: 'XXXXXX', unit: 'imp/kWh' },
  { ...fixed, di: '0400040A', register: '1-0:0.3.1', name: 'reactive constant', picture: 'XXXXXX', unit: 'imp/kvarh' },
  { ...fixed, di: '0400040B', name: 'meter model', picture: 'ASCII×10' },
  { ...fixed, di: '0400040C', name: 'production date', picture: 'ASCII×10' },
  { ...fixed, di: '0400040D', name: 'protocol version', picture: 'ASCII×16' },
  { ...supplement, di: '0400040E', name: 'customer number', picture: 'BCD×6' },
  { ...fixed, di: '04800001', name: 'maker software version', picture: 'ASCII×32' },
  { ...fixed, di: '04800002', name: 'maker hardware version', picture: 'ASCII×32' },
  { ...fixed, di: '04800003', name: 'maker number', picture: 'ASCII×32' },
] as const satisfies readonly DiRow[];

const wordRows = [
  { ...fixed, di: '040005WW', name: 'meter status word {WW}', picture: 'BITS×2' },
  { ...field, di: '04000508', name: 'key status word', picture: 'BITS×4', access: 'read' },
  { ...settable, di: '04000601', name: 'active combination word', picture: 'BITS×1' },
  { ...settable, di: '04000602', name: 'reactive combination 1 word', picture: 'BITS×1' },
  { ...settable, di: '04000703', name: 'port 1 speed word', picture: 'BITS×1' },
  { ...settable, di: '04000801', name: 'weekend word', picture: 'BITS×1' },
  { ...settable, di: '04000802', name: 'weekend day table', picture: 'NN' },
  { ...settable, di: '04000901', name: 'load-record mode word', picture: 'BITS×1' },
  { ...settable, di: '04000902', name: 'timed-freeze mode word', picture: 'BITS×1' },
  { ...supplement, di: '04000903', name: 'instant-freeze mode word', picture: 'BITS×1' },
  { ...supplement, di: '04000904', name: 'agreed-freeze mode word', picture: 'BITS×1' },
  { ...supplement, di: '04000905', name: 'hourly-freeze mode word', picture: 'BITS×1' },
  { ...supplement, di: '04000906', name: 'daily-freeze mode word', picture: 'BITS×1' },
  { ...supplement, di: '04001101', name: 'run feature word 1', picture: 'BITS×1' },
  { ...field, di: '04001104', name: 'active-report mode word', picture: 'RAW×8' },
  { ...field, di: '04001501', name: 'active-report status word', picture: 'RAW', access: 'read' },
] as const satisfies readonly DiRow[];

const limitRows = [
  { ...settable, di: '04000A01', name: 'load record start time', picture: 'MMDDhhmm' },
  { ...settable, di: '04000A02', name: 'class 1 load record interval', picture: 'NNNN', unit: 'min' },
  { ...settable, di: '04000BSS', name: 'settlement day {SS}', picture: 'DDhh', unset: UNSET_DAY },
  { ...settable, di: '04000CLL', name: 'password level {LL}', picture: 'BCD×4', access: 'write' },
  { ...settable, di: '04000E03', name: 'voltage upper limit', picture: 'NNN.N', unit: 'V' },
  { ...settable, di: '04000E04', name: 'voltage lower limit', picture: 'NNN.N', unit: 'V' },
  { ...supplement, di: '04000F01', name: 'alarm energy 1', picture: 'XXXXXX.XX', unit: 'kWh' },
  { ...supplement, di: '04000F02', name: 'alarm energy 2', picture: 'XXXXXX.XX', unit: 'kWh' },
  { ...field, di: '04000F03', name: 'hoarding energy limit', picture: 'XXXXXX.XX', unit: 'kWh' },
  { ...supplement, di: '04000F04', name: 'overdraft energy limit', picture: 'XXXXXX.XX', unit: 'kWh' },
  { ...supplement, di: '04001001', name: 'alarm amount 1', picture: 'XXXXXX.XX', unit: 'yuan' },
  { ...supplement, di: '04001002', name: 'alarm amount 2', picture: 'XXXXXX.XX', unit: 'yuan' },
  { ...field, di: '04001003', name: 'overdraft amount limit', picture: 'NNNNNN.NN', unit: 'yuan' },
  { ...field, di: '04001004', name: 'hoarding amount limit', picture: 'NNNNNN.NN', unit: 'yuan' },
  { ...field, di: '04001005', name: 'close-permit amount limit', picture: 'NNNNNN.NN', unit: 'yuan' },
  { ...field, di: '04001201', name: 'hourly freeze start', picture: 'YYMMDDhhmm' },
  { ...field, di: '04001202', name: 'hourly freeze interval', picture: 'NN', unit: 'min' },
  { ...field, di: '04001203', name: 'daily freeze time', picture: 'hhmm' },
  { ...field, di: '04001204', name: 'timed freeze time', picture: 'MMDDhhmm' },
  { ...supplement, di: '04001401', name: 'trip delay', picture: 'NNNN', unit: 'min' },
  { ...field, di: '04001402', name: 'relay trip current limit', picture: 'XXX.XXX', unit: 'A' },
  { ...field, di: '04001403', name: 'relay delayed-trip time', picture: 'XXXX', unit: 'min' },
  { ...field, di: '04001404', name: 'infrared authentication validity', picture: 'XXXX', shorter: 'XX', unit: 'min' },
] as const satisfies readonly DiRow[];

/** A DI (which may have the digits A to F) and which of its items. */
const screenParts: readonly RowPart[] = [
  { name: 'DI', picture: 'BITS×4', unit: '' },
  { name: 'item', picture: 'NN', unit: '' },
];

const STEPS = 6;
/** Meters with one table a year have four, newer ones six. */
const MOST_STEP_SETTLEMENTS = 6;

/**
 * Step blocks as one piece: the limits between them, one price more than there are limits, and the days on which a year's
 * count begins anew. 64 bytes with four days, as two independent programs have it, 70 with six.
 */
const stepTable = {
  ...field,
  picture: '',
  parts: [
    ...numbered(STEPS, { name: 'limit', picture: 'NNNNNN.NN', unit: 'kWh' }),
    ...numbered(STEPS + 1, { name: 'price', picture: 'NNNN.NNNN', unit: 'yuan/kWh' }),
    ...numbered(MOST_STEP_SETTLEMENTS, { name: 'settlement', picture: 'MMDDhh', unit: '', unset: UNSET_DAY }),
  ],
  mayEndEarly: true,
} as const;

function numbered(count: number, part: RowPart): readonly RowPart[] {
  return Array.from({ length: count }, (_, index) => ({ ...part, name: `${part.name} ${index + 1}` }));
}

const tableRows = [
  { ...settable, di: '04010000', name: 'season table, set 1', picture: 'MMDDNN', upTo: 14, each: ['season {n}'], repeatsLast: true },
  { ...settable, di: '040100KK', name: 'day table {KK}, set 1', picture: 'hhmmNN', upTo: 14, each: ['TOU period {n}'], repeatsLast: true },
  { ...settable, di: '04020000', name: 'season table, set 2', picture: 'MMDDNN', upTo: 14, each: ['season {n}'], repeatsLast: true },
  { ...settable, di: '040200KK', name: 'day table {KK}, set 2', picture: 'hhmmNN', upTo: 14, each: ['TOU period {n}'], repeatsLast: true },
  { ...settable, di: '040300NN', name: 'public holiday, {NN}', picture: 'YYMMDDNN' },
  { ...settable, di: '040401NN', name: 'auto-cycle screen item, {NN}', picture: '', parts: screenParts, mayEndEarly: true },
  { ...settable, di: '040402NN', name: 'key-cycle screen item, {NN}', picture: '', parts: screenParts, mayEndEarly: true },
  {
    ...supplement,
    di: '040501FF',
    name: 'present prices',
    picture: 'NNNN.NNNN',
    unit: 'yuan/kWh',
    access: 'read',
    upTo: 63,
    each: ['tariff {n}'],
  },
  { ...supplement, di: '040502FF', name: 'backup prices', picture: 'NNNN.NNNN', unit: 'yuan/kWh', upTo: 63, each: ['tariff {n}'] },
  { ...field, di: '040501QQ', name: 'present price, {QQ}', picture: 'NNNN.NNNN', unit: 'yuan/kWh', access: 'read' },
  { ...field, di: '040502QQ', name: 'backup price, {QQ}', picture: 'NNNN.NNNN', unit: 'yuan/kWh' },
  { ...field, di: '040600NN', name: 'present step block limit, {NN}', picture: 'NNNNNN.NN', unit: 'kWh', access: 'read' },
  { ...field, di: '040601NN', name: 'present step block price, {NN}', picture: 'NNNN.NNNN', unit: 'yuan/kWh', access: 'read' },
  { ...field, di: '040602NN', name: 'backup step block limit, {NN}', picture: 'NNNNNN.NN', unit: 'kWh' },
  { ...field, di: '040603NN', name: 'backup step block price, {NN}', picture: 'NNNN.NNNN', unit: 'yuan/kWh' },
  { ...stepTable, di: '040604FF', name: 'present step block table', access: 'read' },
  { ...stepTable, di: '040605FF', name: 'backup step block table' },
] as const satisfies readonly DiRow[];

/** What a meter is set to and what it says about itself. */
export const parameterRows: readonly DiRow[] = [...clockRows, ...countRows, ...identityRows, ...wordRows, ...limitRows, ...tableRows];
