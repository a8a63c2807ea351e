import { PUSHED } from '../config/meter-protocol.ts';
import { createDlt645Driver } from '../drivers/dlt645/driver.ts';
import { createDlt6451997Driver } from '../drivers/dlt645/driver-1997.ts';
import type { CreateDriver } from '../drivers/driver.ts';
import { createModbusRtuDriver, createModbusTcpDriver } from '../drivers/modbus/driver.ts';
import { createPushedDriver } from '../drivers/pushed/driver.ts';

/** Every protocol that a meter may be configured with, and the driver that speaks it. */
const DRIVERS: Readonly<Record<string, CreateDriver>> = {
  'dlt645-2007': createDlt645Driver,
  'dlt645-1997': createDlt6451997Driver,
  'modbus-rtu': createModbusRtuDriver,
  'modbus-tcp': createModbusTcpDriver,
  [PUSHED]: createPushedDriver,
};

export const PROTOCOLS: readonly string[] = Object.keys(DRIVERS);

export const driverOf = (protocol: string): CreateDriver | undefined => DRIVERS[protocol];
