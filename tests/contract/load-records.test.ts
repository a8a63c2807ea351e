/** Load records read from a meter behind a socket, in as many frames as they take. */
import { expect, test } from 'vitest';
import { type LoadRecordAsk, readLoadRecords } from '../../src/drivers/dlt645/load-records.ts';
import { instantOf, systemClock } from '../../src/kernel/clock.ts';
import { type LocalTime, toLocalTime } from '../../src/kernel/local-time.ts';
import { dlt645Meter, type ServedMeter } from '../support/dlt645-meter.ts';

const read = ({ bus, meter }: ServedMeter, wanted: LoadRecordAsk) =>
  readLoadRecords({ bus, clock: systemClock, meter, asking: { priority: 'on-demand' } }, wanted);

const HOUR_MS = 3_600_000;
const FOLLOW_UP = '12';

/** A time by the clock of the meter, so many hours ago; the meter's clock is some seconds off, so never near a quarter hour. */
function hoursAgo({ meter }: ServedMeter, hours: number): LocalTime {
  const hour = instantOf(Math.floor(systemClock.now() / HOUR_MS) * HOUR_MS - hours * HOUR_MS);
  return { ...toLocalTime(hour, meter.zone), minute: 5, second: 0 };
}

const pad = (n: number) => String(n).padStart(2, '0');
const dayAndHour = ({ year, month, day, hour }: LocalTime) => `${year}-${pad(month)}-${pad(day)}T${pad(hour)}`;

test('energies from a time on come quarter by quarter, and never fall', async () => {
  const served = await dlt645Meter();
  const from = hoursAgo(served, 5);
  const answer = await read(served, { di: '06040001', blocks: 3, from });
  if (!answer.ok) return expect.unreachable(answer.error.code);
  const totals = answer.value.filter(({ register }) => register === '1-0:1.8.0');
  expect(totals.map(({ occurred }) => occurred)).toEqual(['15', '30', '45'].map((minute) => `${dayAndHour(from)}:${minute}`));
  expect(answer.value).toHaveLength(3 * 4);
  const [first = -1n, second = -1n, third = -1n] = totals.map(({ value }) => value?.unscaled);
  expect(first >= 0n && first <= second && second <= third).toBe(true);
  expect(served.heard(FOLLOW_UP)).toEqual([]);
});

test('records of all classes are fetched in several frames and put together', async () => {
  const served = await dlt645Meter();
  const answer = await read(served, { di: '06000001', blocks: 4, from: hoursAgo(served, 3) });
  if (!answer.ok) return expect.unreachable(answer.error.code);
  // 7 of voltage, current and frequency, 8 of power, 4 power factors, 4 + 4 energies, 2 demands
  expect(answer.value).toHaveLength(4 * 29);
  expect(answer.value.filter(({ register }) => register === '1-0:52.7.0').map(({ value }) => value)).toEqual(new Array(4).fill(undefined));
  // Each is 8 + 17 + 24 + 8 + 16 + 16 + 6 + 6 of AA + 2 = 103 bytes: 412 after 196 take two more frames.
  expect(served.heard(FOLLOW_UP)).toHaveLength(2);
});

test('the latest and the oldest are one record each', async () => {
  const served = await dlt645Meter();
  const timeOf = async (di: string, blocks?: number) => {
    const answer = await read(served, blocks === undefined ? { di } : { di, blocks });
    return answer.ok ? [...new Set(answer.value.map(({ occurred }) => occurred))] : answer.error.code;
  };
  const [[oldest = ''], [latest = '']] = [await timeOf('06040000', 1), await timeOf('06040002')];
  expect(oldest < latest).toBe(true);
});

test('a time that is still to come has no records, and that is no error', async () => {
  const served = await dlt645Meter();
  expect(await read(served, { di: '06040001', blocks: 1, from: hoursAgo(served, -48) })).toEqual({ ok: true, value: [] });
});

test('what is no load record is not asked for', async () => {
  const served = await dlt645Meter();
  expect(await read(served, { di: '00010000' })).toMatchObject({ ok: false, error: { code: 'unsupported-register', sent: false } });
  expect(served.heard('11')).toEqual([]);
});
