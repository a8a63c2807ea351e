/** Four ways to poll meters that have a connection each: the product, the least that can be done, modbus-serial and jsmodbus. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import jsmodbus from 'jsmodbus';
import modbusSerial from 'modbus-serial';
import { asRegister } from '../src/core/model/register.ts';
import { createDlt645Driver } from '../src/drivers/dlt645/driver.ts';
import type { DriverMeter } from '../src/drivers/driver.ts';
import { createModbusTcpDriver } from '../src/drivers/modbus/driver.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { DEFAULT_PORT_SETTINGS } from '../src/transports/port-settings.ts';
import { HELD, modbusMeter, REGISTERS } from './rtu-meter.ts';
import { openBus } from './serial-pollers.ts';
import {
  DLT645_ANSWER_BYTES,
  dlt645Address,
  dlt645Request,
  ENERGY,
  type FleetKind,
  MODBUS_ANSWER_BYTES,
  modbusRequest,
} from './tcp-fleet-meters.ts';

/** One meter: each call is one poll, checked. */
export type PollOne = () => Promise<void>;

export interface Fleet {
  readonly meters: readonly PollOne[];
  close(): Promise<void>;
}

export interface FleetPlan {
  /** Meters are spread evenly over these ports. */
  readonly ports: readonly number[];
  readonly meters: number;
}

type Connected = { readonly poll: PollOne; close(): Promise<void> };

/** Connections are made some at a time: a burst of thousands overflows any backlog. */
const TOGETHER = 200;

async function fleetOf({ ports, meters }: FleetPlan, open: (portNumber: number, index: number) => Promise<Connected>): Promise<Fleet> {
  const all: Connected[] = [];
  while (all.length < meters) {
    const batch = Array.from({ length: Math.min(TOGETHER, meters - all.length) }, (_, offset) => {
      const index = all.length + offset;
      return open(ports[index % ports.length] ?? 0, index);
    });
    all.push(...(await Promise.all(batch)));
  }
  return {
    meters: all.map(({ poll }) => poll),
    async close() {
      await Promise.all(all.map(({ close }) => close()));
    },
  };
}

/** Unit numbers come again: each meter has a connection of its own. */
const unitOf = (index: number): number => (index % 247) + 1;

export const ourFleet = (kind: FleetKind, plan: FleetPlan): Promise<Fleet> =>
  fleetOf(plan, async (portNumber, index) => {
    const { bus, close } = await openBus({ portNumber, port: DEFAULT_PORT_SETTINGS });
    const deps = { bus, clock: systemClock };
    return {
      poll: kind === 'modbus' ? pollModbus(createModbusTcpDriver(deps), index) : pollDlt645(createDlt645Driver(deps), index),
      close,
    };
  });

type Driver = ReturnType<typeof createDlt645Driver>;
const EXACT = HELD.map(BigInt);
const SCHEDULED = { priority: 'scheduled' } as const;

function pollModbus(driver: Driver, index: number): PollOne {
  const meter = modbusMeter(unitOf(index));
  return async () => {
    const answers = await driver.readRegisters(meter, REGISTERS, SCHEDULED);
    const isRight =
      answers.ok && answers.value.length === HELD.length && answers.value.every(({ value }, at) => value?.unscaled === EXACT[at]);
    if (!isRight) throw new Error('the product lost a poll');
  };
}

const EXACT_ENERGY = BigInt(ENERGY.replace('.', ''));

function pollDlt645(driver: Driver, index: number): PollOne {
  const meter: DriverMeter = { ...modbusMeter(1), id: dlt645Address(index), address: dlt645Address(index) };
  const registers = [asRegister('1-0:1.8.0')];
  return async () => {
    const answers = await driver.readRegisters(meter, registers, SCHEDULED);
    if (!answers.ok || answers.value[0]?.value?.unscaled !== EXACT_ENERGY) throw new Error('the product lost a poll');
  };
}

/** Writes a buffer made beforehand, counts the bytes, looks at the transaction or the address, and reads one value. */
export const rawFleet = (kind: FleetKind, plan: FleetPlan): Promise<Fleet> =>
  fleetOf(plan, async (portNumber, index) => {
    const socket = await connected(portNumber);
    const request = kind === 'modbus' ? modbusRequest(unitOf(index)) : dlt645Request(index);
    const length = kind === 'modbus' ? MODBUS_ANSWER_BYTES : DLT645_ANSWER_BYTES;
    let transaction = 0;
    let heard = 0;
    let isRight = true;
    let resolve: () => void = () => undefined;
    socket.on('data', (chunk) => {
      if (heard === 0)
        isRight =
          kind === 'modbus'
            ? chunk.readUInt16BE(0) === transaction && chunk.readUInt16BE(9) === HELD[0]
            : chunk[5] === request[5] && chunk[18] === 0x67 + 0x33;
      heard += chunk.length;
      if (heard < length) return;
      heard = 0;
      resolve();
    });
    return {
      async poll() {
        transaction = (transaction + 1) & 0xffff;
        if (kind === 'modbus') request.writeUInt16BE(transaction, 0);
        await new Promise<void>((done) => {
          resolve = done;
          socket.write(request);
        });
        if (!isRight) throw new Error('the raw loop read something else');
      },
      close: () => closed(socket),
    };
  });

export const modbusSerialFleet = (plan: FleetPlan): Promise<Fleet> =>
  fleetOf(plan, async (portNumber, index) => {
    const client = new modbusSerial.default();
    await client.connectTCP('127.0.0.1', { port: portNumber });
    client.setID(unitOf(index));
    client.setTimeout(5000);
    return {
      poll: async () => assertHeld((await client.readHoldingRegisters(0, HELD.length)).data),
      close: () => new Promise((resolve) => client.close(() => resolve())),
    };
  });

export const jsmodbusFleet = (plan: FleetPlan): Promise<Fleet> =>
  fleetOf(plan, async (portNumber, index) => {
    const socket = connect({ host: '127.0.0.1', port: portNumber, noDelay: true });
    const client = new jsmodbus.client.TCP(socket, unitOf(index));
    await once(socket, 'connect');
    return {
      poll: async () => assertHeld((await client.readHoldingRegisters(0, HELD.length)).response.body.valuesAsArray),
      close: () => closed(socket),
    };
  });

async function connected(portNumber: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: portNumber, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('close', () => resolve());
    socket.destroy();
  });
}

function assertHeld(values: ArrayLike<number>): void {
  if (values.length !== HELD.length || values[0] !== HELD[0] || values[9] !== HELD[9]) throw new Error('a peer lost a poll');
}
