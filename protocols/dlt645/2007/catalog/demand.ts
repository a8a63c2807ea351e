import { type DiRow, STANDARD } from './row.ts';

const shared = { picture: 'XX.XXXX@YYMMDDhhmm', access: 'read', source: STANDARD } as const;

/** Greatest demands, each with the time it occurred. */
export const demandRows = [
  { ...shared, di: '0101RRHH', register: '1-0:1.6.E*F', name: 'forward active max demand and time{,RR}{HH}', unit: 'kW', signed: false },
  { ...shared, di: '0102RRHH', register: '1-0:2.6.E*F', name: 'reverse active max demand and time{,RR}{HH}', unit: 'kW', signed: false },
  {
    ...shared,
    di: '0103RRHH',
    register: 'dlt645:DI',
    name: 'combined reactive 1 max demand and time{,RR}{HH}',
    unit: 'kvar',
    signed: true,
  },
  {
    ...shared,
    di: '0104RRHH',
    register: 'dlt645:DI',
    name: 'combined reactive 2 max demand and time{,RR}{HH}',
    unit: 'kvar',
    signed: true,
  },
  { ...shared, di: '0105RRHH', register: '1-0:5.6.E*F', name: 'Q1 reactive max demand and time{,RR}{HH}', unit: 'kvar', signed: false },
  { ...shared, di: '0106RRHH', register: '1-0:6.6.E*F', name: 'Q2 reactive max demand and time{,RR}{HH}', unit: 'kvar', signed: false },
  { ...shared, di: '0107RRHH', register: '1-0:7.6.E*F', name: 'Q3 reactive max demand and time{,RR}{HH}', unit: 'kvar', signed: false },
  { ...shared, di: '0108RRHH', register: '1-0:8.6.E*F', name: 'Q4 reactive max demand and time{,RR}{HH}', unit: 'kvar', signed: false },
  { ...shared, di: '0109RRHH', register: '1-0:9.6.E*F', name: 'forward apparent max demand and time{,RR}{HH}', unit: 'kVA', signed: false },
  {
    ...shared,
    di: '010ARRHH',
    register: '1-0:10.6.E*F',
    name: 'reverse apparent max demand and time{,RR}{HH}',
    unit: 'kVA',
    signed: false,
  },
] as const satisfies readonly DiRow[];
