import { type DiRow, FIELD, STANDARD } from './row.ts';

const standard = { access: 'read', source: STANDARD } as const;
const field = { access: 'read', source: FIELD, signed: false } as const;

/** What flows at this moment. */
export const variableRows = [
  { ...standard, di: '0201PP00', register: '1-0:(32,52,72).7.0', name: 'voltage {PP}', picture: 'XXX.X', unit: 'V', signed: false },
  { ...standard, di: '0202PP00', register: '1-0:(31,51,71).7.0', name: 'current {PP}', picture: 'XXX.XXX', unit: 'A', signed: true },
  {
    ...standard,
    di: '0203TT00',
    register: '1-0:(16,36,56,76).7.0',
    name: 'active power {TT}',
    picture: 'XX.XXXX',
    unit: 'kW',
    signed: true,
  },
  { ...standard, di: '0204TT00', register: 'dlt645:DI', name: 'reactive power {TT}', picture: 'XX.XXXX', unit: 'kvar', signed: true },
  { ...standard, di: '0205TT00', register: 'dlt645:DI', name: 'apparent power {TT}', picture: 'XX.XXXX', unit: 'kVA', signed: true },
  { ...standard, di: '0206TT00', register: '1-0:(13,33,53,73).7.0', name: 'power factor {TT}', picture: 'X.XXX', unit: '', signed: true },
  { ...standard, di: '0207PP00', register: 'dlt645:DI', name: 'phase angle {PP}', picture: 'XXX.X', unit: 'deg', signed: false },
  { ...standard, di: '0208PP00', register: 'dlt645:DI', name: 'voltage distortion {PP}', picture: 'XX.XX', unit: '%', signed: false },
  { ...standard, di: '0209PP00', register: 'dlt645:DI', name: 'current distortion {PP}', picture: 'XX.XX', unit: '%', signed: false },
  { ...standard, di: '02800001', register: '1-0:91.7.0', name: 'neutral current', picture: 'XXX.XXX', unit: 'A', signed: true },
  { ...standard, di: '02800002', register: '1-0:14.7.0', name: 'grid frequency', picture: 'XX.XX', unit: 'Hz', signed: false },
  {
    ...standard,
    di: '02800003',
    register: 'dlt645:DI',
    name: 'one-minute average active power',
    picture: 'XX.XXXX',
    unit: 'kW',
    signed: true,
  },
  { ...standard, di: '02800004', register: 'dlt645:DI', name: 'present active demand', picture: 'XX.XXXX', unit: 'kW', signed: true },
  { ...standard, di: '02800005', register: 'dlt645:DI', name: 'present reactive demand', picture: 'XX.XXXX', unit: 'kvar', signed: true },
  { ...standard, di: '02800006', register: 'dlt645:DI', name: 'present apparent demand', picture: 'XX.XXXX', unit: 'kVA', signed: true },
  { ...standard, di: '02800007', register: 'dlt645:DI', name: 'meter temperature', picture: 'XXX.X', unit: '°C', signed: true },
  { ...standard, di: '02800008', register: 'dlt645:DI', name: 'clock battery voltage', picture: 'XX.XX', unit: 'V', signed: false },
  {
    ...standard,
    di: '02800009',
    register: 'dlt645:DI',
    name: 'outage-reading battery voltage',
    picture: 'XX.XX',
    unit: 'V',
    signed: false,
  },
  { ...standard, di: '0280000A', register: 'dlt645:DI', name: 'battery working time', picture: 'XXXXXXXX', unit: 'min', signed: false },
  { ...field, di: '0280000B', register: 'dlt645:DI', name: 'present step block price', picture: 'XXXX.XXXX', unit: 'yuan/kWh' },
  { ...field, di: '02800020', register: 'dlt645:DI', name: 'present price', picture: 'XXXX.XXXX', unit: 'yuan/kWh' },
  { ...field, di: '02800021', register: 'dlt645:DI', name: 'present rate price', picture: 'XXXX.XXXX', unit: 'yuan/kWh' },
  { ...field, di: '02800022', register: 'dlt645:DI', name: 'remaining identity-authentication time', picture: 'XXXX', unit: 'min' },
] as const satisfies readonly DiRow[];
