/**
 * What a meter notes of an event (class 03): when it began and ended, what was counted meanwhile, what it saw. One layout
 * for each kind of event.
 *
 * @source DL/T 645-2007 annex A, table A.4
 */
import type { RowPart, Unit } from './row.ts';

interface Quantity {
  readonly name: string;
  readonly unit: Unit;
  readonly signed: boolean;
}

const TIME = 'YYMMDDhhmmss';
const ENERGY = 'XXXXXX.XX';
const DEMAND = 'XX.XXXX@YYMMDDhhmm';

const PHASES = ['phase A', 'phase B', 'phase C'] as const;
const WHOLE_AND_PHASES = ['', 'phase A ', 'phase B ', 'phase C '] as const;

/** Energies that are counted while an event lasts. */
const counted: readonly Quantity[] = [
  { name: 'forward active energy', unit: 'kWh', signed: false },
  { name: 'reverse active energy', unit: 'kWh', signed: false },
  { name: 'combined reactive 1 energy', unit: 'kvarh', signed: true },
  { name: 'combined reactive 2 energy', unit: 'kvarh', signed: true },
];

/** Energies that a meter notes before somebody clears or opens it; a relay record has them in this order, too. */
const noted: readonly Quantity[] = [
  { name: 'forward active energy', unit: 'kWh', signed: false },
  { name: 'reverse active energy', unit: 'kWh', signed: false },
  { name: 'Q1 reactive energy', unit: 'kvarh', signed: false },
  { name: 'Q2 reactive energy', unit: 'kvarh', signed: false },
  { name: 'Q3 reactive energy', unit: 'kvarh', signed: false },
  { name: 'Q4 reactive energy', unit: 'kvarh', signed: false },
];

const seen: readonly (Quantity & { readonly picture: string })[] = [
  { name: 'voltage', picture: 'XXX.X', unit: 'V', signed: false },
  { name: 'current', picture: 'XXX.XXX', unit: 'A', signed: true },
  { name: 'active power', picture: 'XX.XXXX', unit: 'kW', signed: true },
  { name: 'reactive power', picture: 'XX.XXXX', unit: 'kvar', signed: true },
  { name: 'power factor', picture: 'X.XXX', unit: '', signed: true },
];

const energiesOf = (quantities: readonly Quantity[], whose: string): readonly RowPart[] =>
  quantities.map((quantity) => ({ ...quantity, name: `${whose}${quantity.name}`, picture: ENERGY }));

export const timeNamed = (name: string): RowPart => ({ name, picture: TIME, unit: '' });
export const operator: RowPart = { name: 'operator', picture: 'BCD×4', unit: '' };
const whileItLasted: readonly RowPart[] = [timeNamed('start'), timeNamed('end')];
const startEndAndTotals: readonly RowPart[] = [...whileItLasted, ...energiesOf(counted, '')];

/** A flow that reverses, an overload, a wrong sequence: energies only. */
const energiesOfPhases: readonly RowPart[] = [...startEndAndTotals, ...PHASES.flatMap((phase) => energiesOf(counted, `${phase} `))];

/** A current that is lost, broken or too high: what the phases saw, too. */
const valuesOfPhases: readonly RowPart[] = [
  ...startEndAndTotals,
  ...PHASES.flatMap((phase) => [
    ...energiesOf(counted, `${phase} `),
    ...seen.map((value) => ({ ...value, name: `${phase} ${value.name}` })),
  ]),
];

/** A voltage that is lost, too low or too high: the charge that passed, too. */
const valuesAndCharge: readonly RowPart[] = [
  ...valuesOfPhases,
  ...WHOLE_AND_PHASES.map((phase): RowPart => ({ name: `${phase}charge`, picture: ENERGY, unit: 'Ah' })),
];

const [start, end] = [timeNamed('start'), timeNamed('end')];

/** An unbalance: its rate stands behind the times. */
const unbalance: readonly RowPart[] = [start, end, { name: 'rate', picture: 'XX.XX', unit: '%' }, ...energiesOfPhases.slice(2)];

export const EVENT_LAYOUT = { startEnd: whileItLasted, energiesOfPhases, valuesOfPhases, valuesAndCharge, unbalance } as const;

const atTheEnd: readonly RowPart[] = [...energiesOf(counted, ''), ...PHASES.flatMap((phase) => energiesOf(counted, `${phase} `))].map(
  (part) => ({ ...part, name: `at the end: ${part.name}` }),
);
/** Behind start and end of the records of class 03 stand the energies, values and charges; here the end has energies of its own. */
const snapshots = (parts: readonly RowPart[], ...behind: readonly RowPart[]): readonly RowPart[] => [
  start,
  ...parts.slice(whileItLasted.length),
  ...behind,
  end,
  ...atTheEnd,
];

/** Records of the newer classes: the registers as they stood when the event began, and when it ended. */
export const SNAPSHOT_LAYOUT = {
  voltage: snapshots(valuesAndCharge),
  current: snapshots(valuesOfPhases),
  flow: snapshots(energiesOfPhases),
  unbalance: snapshots(energiesOfPhases, { name: 'rate', picture: 'XXXX.XX', unit: '%' }),
} as const;

export const actParts = (...parts: readonly RowPart[]): readonly RowPart[] => [timeNamed('time'), operator, ...parts];

/** A number of entries of one picture, named by their count from 1. */
export function repeated(times: number, picture: string, name: (n: number) => string): readonly RowPart[] {
  return Array.from({ length: times }, (_, index) => ({ name: name(index + 1), picture, unit: '' as const }));
}

/** Relay records: the moment, who commanded it and the energies, in the order that meters are believed to use. */
export const relayParts = actParts(...energiesOf(noted, ''));

/** Before a meter is cleared: the energies of the whole and of each phase. */
export const clearedEnergies = WHOLE_AND_PHASES.flatMap((phase) => energiesOf(noted, phase));

/** Before demand is cleared: the greatest ones with their times. */
export const clearedDemands: readonly RowPart[] = WHOLE_AND_PHASES.flatMap((phase) =>
  noted.map(({ name, unit }) => ({
    name: `${phase}${name.replace('energy', 'max demand')}`,
    picture: DEMAND,
    unit: unit === 'kWh' ? ('kW' as const) : ('kvar' as const),
  })),
);

/** A cover that was open: the energies when it was opened and when it was shut. */
export const coverParts: readonly RowPart[] = [...whileItLasted, ...energiesOf(noted, 'before: '), ...energiesOf(noted, 'after: ')];
