import { expect, test } from 'vitest';
import { encodeReply } from '../../../../protocols/dlt645/index.ts';
import { asRegister } from '../../../../src/core/model/register.ts';
import { shownBy } from '../../../../src/core/ports/meter-gateway.ts';
import { createDlt645Driver } from '../../../../src/drivers/dlt645/driver.ts';
import { fromHex } from '../../../../src/kernel/bytes.ts';
import { parseZone } from '../../../../src/kernel/local-time.ts';
import { createBus } from '../../../../src/transports/bus/bus.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { createMemoryLine } from '../../transports/memory-line.ts';

const ADDRESS = '000012345678';
/** Longer than any exchange of these tests. */
const LONG_MS = 10_000;

/** What a read of one DI gives where the meter answers it with these bytes. */
async function readOf(di: string, hex: string) {
  const clock = createManualClock();
  const line = createMemoryLine(clock);
  line.onWrite = () => line.hear(encodeReply(ADDRESS, { kind: 'read', di, value: fromHex(hex) ?? new Uint8Array(0), more: false }));
  const zone = parseZone('Asia/Shanghai');
  if (zone === undefined) throw new Error('no zone');
  const driver = createDlt645Driver({ bus: createBus({ transport: line.transport, clock }), clock });
  const meter = { id: 'meter-1', address: ADDRESS, zone, password: undefined, operatorCode: '00000001' };
  const reading = driver.readRegisters(meter, [asRegister(di)], { priority: 'on-demand' });
  await clock.advance(LONG_MS);
  const answer = await reading;
  return answer.ok ? answer.value.map((one) => `${one.register} ${shownBy(one) ?? 'missing'} ${one.unit}`) : answer.error;
}

test.each([
  ['three phases', '0022 0122 0222', ['1-0:32.7.0 220.0 V', '1-0:52.7.0 220.1 V', '1-0:72.7.0 220.2 V']],
  ['the one phase that it has', '0022', ['1-0:32.7.0 220.0 V']],
  ['nothing', '', ['0201FF00 missing ']],
])('A block of voltages that a meter answers with %s', async (_, hex, told) => {
  expect(await readOf('0201FF00', hex)).toEqual(told);
});
