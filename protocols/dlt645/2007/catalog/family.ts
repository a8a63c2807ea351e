/** The pairs of letters that a row's DI may hold: what they run through and what they add to a name. */

export interface Family {
  readonly first: number;
  readonly last: number;
  /** FF in the pair's place reads the whole run. */
  readonly block: boolean;
  /** The words of one member. */
  readonly word: (value: number) => string;
  /** The words of the block. */
  readonly blockWord: string;
}

/** "Tariff" is the standard's word for what is a rate elsewhere. */
const tariffWord = (rate: number) => (rate === 0 ? 'total' : `tariff ${rate}`);
const PHASES = ['total', 'phase A', 'phase B', 'phase C'];
const DEMANDS = ['forward active', 'reverse active', 'Q1 reactive', 'Q2 reactive', 'Q3 reactive', 'Q4 reactive'];

const FAMILIES: Readonly<Record<string, Family>> = {
  RR: { first: 0, last: 0x3f, block: true, word: tariffWord, blockWord: 'block' },
  HH: {
    first: 0,
    last: 0x0c,
    block: true,
    word: (settlement) => (settlement === 0 ? '' : `, settlement day -${settlement}`),
    blockWord: ', now and settlement days',
  },
  PP: { first: 1, last: 3, block: true, word: (phase) => PHASES[phase] ?? '', blockWord: 'block' },
  TT: { first: 0, last: 3, block: true, word: (phase) => PHASES[phase] ?? '', blockWord: 'block' },
  WW: { first: 1, last: 7, block: true, word: String, blockWord: 'block' },
  NN: { first: 1, last: 0xfe, block: false, word: (entry) => `no. ${entry}`, blockWord: '' },
  KK: { first: 1, last: 8, block: false, word: String, blockWord: '' },
  SS: { first: 1, last: 3, block: false, word: String, blockWord: '' },
  LL: { first: 1, last: 0x0a, block: false, word: (level) => String(level - 1), blockWord: '' },
  XX: { first: 1, last: 3, block: false, word: (phase) => PHASES[phase] ?? '', blockWord: '' },
  QQ: { first: 1, last: 0x3f, block: false, word: tariffWord, blockWord: '' },
  MM: { first: 1, last: 6, block: false, word: (direction) => DEMANDS[direction - 1] ?? '', blockWord: '' },
  GG: { first: 0, last: 6, block: false, word: (group) => (group === 0 ? '' : ` class ${group}`), blockWord: '' },
};

export const BLOCK = 0xff;

/** The family of a pair of letters; undefined for hex digits. */
export function familyOf(pair: string): Family | undefined {
  return FAMILIES[pair];
}

export function isMember(family: Family, value: number): boolean {
  return (value >= family.first && value <= family.last) || (family.block && value === BLOCK);
}

/** What a concrete DI puts in the place of each pair of its row. */
export type Filling = ReadonlyMap<string, number>;

/** Fills `{RR}`, `{HH}`, …; `{,RR}` is silent for the total and set off by a comma else; `{now}` is for a single present value. */
export function fillName(template: string, filling: Filling): string {
  const isPresent = filling.get('HH') === 0 && filling.get('RR') !== BLOCK;
  return template.replaceAll(/\{(,?)(\w+)\}/g, (_, comma: string, pair: string) => {
    if (pair === 'now') return isPresent ? 'current ' : '';
    const value = filling.get(pair);
    const family = familyOf(pair);
    if (value === undefined || family === undefined) return '';
    if (comma !== '' && value === family.first) return '';
    return (comma === '' ? '' : ', ') + (value === BLOCK && family.block ? family.blockWord : family.word(value));
  });
}

const SETTLEMENT_OBIS = 100;

/** The register of one value; a block is no register and keeps its DI. */
export function fillRegister(template: string, filling: Filling, di: string): string {
  const isBlock = [...filling].some(([pair, value]) => value === BLOCK && familyOf(pair)?.block === true);
  if (template === 'dlt645:DI' || isBlock) return `dlt645:${di}`;
  const settlement = filling.get('HH') ?? 0;
  return template
    .replace(/\(([\d,]+)\)/, (_, list: string) => list.split(',')[phaseIndex(filling)] ?? '')
    .replace('E', String(filling.get('RR') ?? 0))
    .replace('*F', settlement === 0 ? '' : `*${SETTLEMENT_OBIS + settlement}`);
}

function phaseIndex(filling: Filling): number {
  return filling.get('TT') ?? (filling.get('PP') ?? 1) - 1;
}
