import { once } from 'node:events';
import { SerialPort } from 'serialport';
import { expect, test } from 'vitest';
import { NO_FAULTS } from '../../../../simulators/faults/faults.ts';
import { servePty } from '../../../../simulators/lines/serve-pty.ts';
import { createSharedLine } from '../../../../simulators/lines/shared-line.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { ptyFor } from '../../../support/pty.ts';
import { ANSWER, ASK } from '../frames.ts';
import { bytesOf, meterOf, START, spaced } from '../line-in-memory.ts';

test('a meter answers a serial port through a pty byte for byte', async (context) => {
  const clock = createManualClock(START);
  const line = createSharedLine({ meters: [meterOf({ clock })], clock, faults: NO_FAULTS, log: undefined, pacing: undefined });
  const served = servePty(await ptyFor(context), line);
  const port = new SerialPort({ path: served.listening.slice('pty:'.length), baudRate: 2400, parity: 'even' });
  await once(port, 'open');
  const ask = async (hex: string, bytes: number) => {
    let all = Buffer.alloc(0);
    port.write(bytesOf(hex));
    while (all.length < bytes) all = Buffer.concat([all, ...((await once(port, 'data')) as [Buffer])]);
    return spaced(all);
  };
  expect(await ask(ASK.total, 20)).toBe(ANSWER.total10kWh);
  expect(await ask(ASK.trip, 12)).toBe(ANSWER.relayAccepted);
  expect(await ask(ASK.relayState, 18)).toBe(ANSWER.open);
  port.close();
  await once(port, 'close');
  await served.close();
});
