/** A meter behind a socket that answers, but not what it was asked: nothing is believed, and the failure says what came. */
import { describe, expect, test } from 'vitest';
import { asRegister } from '../../src/core/model/register.ts';
import { createDlt645Driver } from '../../src/drivers/dlt645/driver.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { bytesOf, socketMeter } from '../support/socket-meter.ts';

const ASKED = 'read of 04001001 from 000012345678';
const ALONE = 'it is late, or somebody else asks on this line: ask again alone';

describe('A foreign answer', () => {
  test.each([
    [
      'for another item',
      // 91, 00010000 = 20.00
      '68 78 56 34 12 00 00 68 91 08 33 33 34 33 33 53 33 33 36 16',
      `another answer came: read of 00010000 from 000012345678; expected: ${ASKED}; ${ALONE}`,
    ],
    [
      'of another meter',
      // 91 of ...99, 04001001 = 20.00
      '68 99 56 34 12 00 00 68 91 08 34 43 33 37 33 53 33 33 6B 16',
      `another answer came: read of 04001001 from 000012345699; expected: ${ASKED}; ${ALONE}`,
    ],
    [
      'to another function',
      // 94: a write was accepted
      '68 78 56 34 12 00 00 68 94 00 78 16',
      `another answer came: write from 000012345678; expected: ${ASKED}; ${ALONE}`,
    ],
    [
      'with nothing but the request',
      '68 78 56 34 12 00 00 68 11 04 34 43 33 37 DA 16',
      'a request came back and no answer: the adapter echoes, and the meter is silent or not on this line',
    ],
  ])('%s is no reply, and said to be what it is', async (_, answer, protocolError) => {
    const { bus, meter } = await socketMeter('000012345678', (_frame, socket) => void socket.write(bytesOf(answer)));
    const driver = createDlt645Driver({ bus, clock: systemClock });
    expect(await driver.readRegisters(meter, [asRegister('dlt645:04001001')], { priority: 'on-demand' })).toEqual({
      ok: false,
      error: { code: 'no-reply', sent: true, protocolError },
    });
  });
});
