/** Polling one Modbus RTU unit: the product's driver on its bus, modbus-serial and jsmodbus, all over the same socket. */
import { once } from 'node:events';
import { connect } from 'node:net';
import jsmodbus from 'jsmodbus';
import modbusSerial from 'modbus-serial';
import type { RegisterName } from '../src/core/model/register.ts';
import { shownBy } from '../src/core/ports/meter-gateway.ts';
import { createModbusRtuDriver } from '../src/drivers/modbus/driver.ts';
import { systemClock } from '../src/kernel/clock.ts';
import type { PortSettings } from '../src/transports/port-settings.ts';
import { HELD, modbusMeter, UNIT } from './rtu-meter.ts';
import { openBus, type Poller } from './serial-pollers.ts';

/** Reads registers in groups; each group is one call of the driver. */
export async function driverPoller(
  line: { portNumber: number; port: PortSettings },
  groups: readonly (readonly RegisterName[])[],
): Promise<Poller> {
  const { bus, close } = await openBus(line);
  const driver = createModbusRtuDriver({ bus, clock: systemClock });
  const meter = modbusMeter(UNIT);
  return {
    async poll(times) {
      for (let count = 0; count < times; count++) {
        const values: (string | undefined)[] = [];
        for (const registers of groups) {
          const answers = await driver.readRegisters(meter, registers, { priority: 'scheduled' });
          if (!answers.ok) throw new Error(`the driver lost a poll: ${answers.error.code}`);
          values.push(...answers.value.map(shownBy));
        }
        assertHeld(values.map(Number));
      }
    },
    close,
  };
}

/** What it calls Telnet is a plain socket with RTU frames, put together by length as its buffered serial port does. */
export async function modbusSerialPoller(portNumber: number): Promise<Poller> {
  const client = new modbusSerial.default();
  await client.connectTelnet('127.0.0.1', { port: portNumber });
  client.setID(UNIT);
  client.setTimeout(2000);
  return {
    async poll(times) {
      for (let count = 0; count < times; count++) assertHeld((await client.readHoldingRegisters(0, HELD.length)).data);
    },
    close: () => new Promise((resolve) => client.close(() => resolve())),
  };
}

export async function jsmodbusPoller(portNumber: number): Promise<Poller> {
  const socket = connect({ host: '127.0.0.1', port: portNumber, noDelay: true });
  await once(socket, 'connect');
  // It asks of a serial port no more than a socket has, and waits for `open`.
  const client = new jsmodbus.client.RTU(socket as unknown as ConstructorParameters<typeof jsmodbus.client.RTU>[0], UNIT);
  socket.emit('open');
  return {
    async poll(times) {
      for (let count = 0; count < times; count++) {
        const { response } = await client.readHoldingRegisters(0, HELD.length);
        assertHeld(response.body.valuesAsArray);
      }
    },
    close: () =>
      new Promise((resolve) => {
        socket.on('close', () => resolve());
        socket.destroy();
      }),
  };
}

function assertHeld(values: ArrayLike<number>): void {
  const isRight = values.length === HELD.length && HELD.every((held, index) => values[index] === held);
  if (!isRight) throw new Error(`a poll read ${Array.from(values).join(' ')}`);
}
