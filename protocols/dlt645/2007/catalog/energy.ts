import { hexPair } from '../../../shared/hex.ts';
import { type DiRow, STANDARD, SUPPLEMENT } from './row.ts';

const shared = { picture: 'XXXXXX.XX', access: 'read', source: STANDARD } as const;

/** Energies of the whole meter. Combined quantities are what the combination words make of them, so no OBIS fits them. */
export const energyRows = [
  { ...shared, di: '0000RRHH', register: 'dlt645:DI', name: '{now}combined active energy {RR}{HH}', unit: 'kWh', signed: true },
  { ...shared, di: '0001RRHH', register: '1-0:1.8.E*F', name: '{now}forward active energy {RR}{HH}', unit: 'kWh', signed: false },
  { ...shared, di: '0002RRHH', register: '1-0:2.8.E*F', name: '{now}reverse active energy {RR}{HH}', unit: 'kWh', signed: false },
  { ...shared, di: '0003RRHH', register: 'dlt645:DI', name: '{now}combined reactive 1 energy {RR}{HH}', unit: 'kvarh', signed: true },
  { ...shared, di: '0004RRHH', register: 'dlt645:DI', name: '{now}combined reactive 2 energy {RR}{HH}', unit: 'kvarh', signed: true },
  { ...shared, di: '0005RRHH', register: '1-0:5.8.E*F', name: '{now}Q1 reactive energy {RR}{HH}', unit: 'kvarh', signed: false },
  { ...shared, di: '0006RRHH', register: '1-0:6.8.E*F', name: '{now}Q2 reactive energy {RR}{HH}', unit: 'kvarh', signed: false },
  { ...shared, di: '0007RRHH', register: '1-0:7.8.E*F', name: '{now}Q3 reactive energy {RR}{HH}', unit: 'kvarh', signed: false },
  { ...shared, di: '0008RRHH', register: '1-0:8.8.E*F', name: '{now}Q4 reactive energy {RR}{HH}', unit: 'kvarh', signed: false },
  { ...shared, di: '0009RRHH', register: '1-0:9.8.E*F', name: '{now}forward apparent energy {RR}{HH}', unit: 'kVAh', signed: false },
  { ...shared, di: '000ARRHH', register: '1-0:10.8.E*F', name: '{now}reverse apparent energy {RR}{HH}', unit: 'kVAh', signed: false },
  { ...shared, di: '008000HH', register: 'dlt645:DI', name: '{now}associated energy total{HH}', unit: 'kWh', signed: false },
] as const satisfies readonly DiRow[];

const FIRST_PHASE_QUANTITY = 0x01;
const LAST_PHASE_QUANTITY = 0x0a;
/** Phases follow the totals at a fixed distance, in DI2 and in the C of OBIS. */
const PHASES = [
  { name: 'A', di: 0x14, obis: 20 },
  { name: 'B', di: 0x28, obis: 40 },
  { name: 'C', di: 0x3c, obis: 60 },
] as const;

/** Energies of each phase: no rates, the settlement days of the totals. */
export const phaseEnergyRows: readonly DiRow[] = energyRows.flatMap((row): DiRow[] => {
  const quantity = Number.parseInt(row.di.slice(2, 4), 16);
  if (quantity < FIRST_PHASE_QUANTITY || quantity > LAST_PHASE_QUANTITY) return [];
  return PHASES.map((phase) => ({
    ...row,
    di: `00${hexPair(quantity + phase.di)}00HH`,
    register: row.register.replace(/:(\d+)\.8\.E/, (_, group: string) => `:${Number(group) + phase.obis}.8.0`),
    name: row.name.replace('{now}', `{now}phase ${phase.name} `).replace('energy {RR}', 'energy'),
  }));
});

const unsigned = { ...shared, register: 'dlt645:DI', signed: false, source: SUPPLEMENT } as const;

/** What was used in a period, and the purses of prepaid meters: two registers that are never negative. */
export const periodEnergyRows = [
  { ...unsigned, di: '000B0000', name: 'present settlement period active energy', unit: 'kWh' },
  { ...unsigned, di: '000B0001', name: 'previous settlement period active energy', unit: 'kWh' },
  { ...unsigned, di: '000C0000', name: 'present month active energy', unit: 'kWh' },
  { ...unsigned, di: '000D0000', name: 'present year active energy', unit: 'kWh' },
  { ...unsigned, di: '00900100', name: 'remaining energy', unit: 'kWh' },
  { ...unsigned, di: '00900101', name: 'overdraft energy', unit: 'kWh' },
  { ...unsigned, di: '00900200', name: 'remaining amount', unit: 'yuan' },
  { ...unsigned, di: '00900201', name: 'overdraft amount', unit: 'yuan' },
] as const satisfies readonly DiRow[];
