/** Items written to a meter behind a socket: the difference first, one frame, and the read-back that alone decides. */
import { describe, expect, test } from 'vitest';
import { findWritable } from '../../protocols/dlt645/index.ts';
import type { Wanted } from '../../src/drivers/dlt645/wanted-values.ts';
import { type WriteReport, writeItem } from '../../src/drivers/dlt645/write-item.ts';
import type { DriverMeter } from '../../src/drivers/driver.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { dlt645Meter, type ServedMeter } from '../support/dlt645-meter.ts';
import { bytesOf, socketMeter } from '../support/socket-meter.ts';

const WRITE = '14';

function write(
  { bus, meter }: Pick<ServedMeter, 'bus' | 'meter'>,
  item: string,
  wanted: Wanted,
  { dryRun = false, as = meter }: { dryRun?: boolean; as?: DriverMeter } = {},
) {
  const row = findWritable(item);
  if (row === undefined) return expect.unreachable(`no ${item}`);
  return writeItem({ bus, clock: systemClock, meter: as, row, wanted, dryRun, asking: { priority: 'on-demand' } });
}

async function written(served: Pick<ServedMeter, 'bus' | 'meter'>, item: string, wanted: Wanted): Promise<WriteReport> {
  const report = await write(served, item, wanted);
  return report.ok ? report.value : expect.unreachable(report.error.code);
}

const values = (texts: WriteReport['before']) => texts?.map(({ value }) => value);

describe('a day table', () => {
  const wanted = ['00:00 4', '08:00 3', '18:00 1'];
  const asKept = ['00:00 04', '08:00 03', ...new Array(6).fill('18:00 01')];

  test('is written with its last period repeated as often as the meter has periods, and read back', async () => {
    const served = await dlt645Meter();
    const report = await written(served, 'day table 1, set 2', wanted);
    expect(report).toMatchObject({ di: '04020001', item: 'day table 1, set 2', result: 'written', reason: null });
    expect(values(report.before)?.slice(0, 3)).toEqual(['00:00 04', '07:00 03', '09:00 02']);
    expect(values(report.wanted)).toEqual(asKept);
    expect(values(report.readBack)).toEqual(asKept);
    expect(report.difference).toHaveLength(7);
    expect(report.difference[0]).toEqual({ field: 'TOU period 2', unit: '', before: '07:00 03', after: '08:00 03' });
    expect(served.heard(WRITE)).toHaveLength(1);
  });

  test('that the meter has already is not sent', async () => {
    const served = await dlt645Meter();
    await written(served, '04020001', wanted);
    expect(await written(served, '04020001', wanted)).toMatchObject({ result: 'unchanged', difference: [], readBack: null });
    expect(served.heard(WRITE)).toHaveLength(1);
  });

  test('with a tariff that the meter has not is refused in its own words, and stands as it was', async () => {
    const served = await dlt645Meter();
    const report = await written(served, '04020001', ['00:00 5']);
    expect(report).toMatchObject({ result: 'refused', reason: 'too many tariffs' });
    expect(report.readBack).toEqual(report.before);
  });

  test('in a dry run shows its difference and nothing is sent, with or without a password', async () => {
    const served = await dlt645Meter();
    const report = await write(served, '04020001', wanted, { dryRun: true, as: { ...served.meter, password: undefined } });
    expect(report).toMatchObject({ ok: true, value: { result: 'planned', readBack: null } });
    expect(report.ok && report.value.difference).toHaveLength(7);
    expect(served.heard(WRITE)).toEqual([]);
  });
});

describe('prices', () => {
  test('of step blocks are changed by name, and every other field keeps its bytes', async () => {
    const served = await dlt645Meter();
    const report = await written(served, 'backup step block table', { 'price 2': '0.5983', 'limit 1': '200' });
    expect(report.result).toBe('written');
    expect(report.difference).toEqual([
      { field: 'limit 1', unit: 'kWh', before: '180.00', after: '200.00' },
      { field: 'price 2', unit: 'yuan/kWh', before: '0.5783', after: '0.5983' },
    ]);
    // 999999 in a settlement day is "not set": it reads as no value, and is written back as it was.
    expect(values(report.readBack)?.slice(-4)).toEqual(['01-01T00', null, null, null]);
    expect(await written(served, '040605FF', { 'settlement 2': null })).toMatchObject({ result: 'unchanged' });
  });

  test('of tariffs are as many as the meter keeps', async () => {
    const served = await dlt645Meter();
    expect(await written(served, 'backup prices', ['0.91', '0.76', '0.56', '0.31'])).toMatchObject({ result: 'written' });
    expect(await write(served, 'backup prices', ['0.91'])).toMatchObject({
      ok: false,
      error: { code: 'bad-wanted', expected: '4, as many as the meter keeps' },
    });
    expect(served.heard(WRITE)).toHaveLength(1);
  });

  test('are refused by a State Grid meter, which takes them only sealed', async () => {
    const report = await written(await dlt645Meter([], 'state-grid'), 'backup prices', ['0.91', '0.76', '0.56', '0.31']);
    expect(report).toMatchObject({ result: 'refused', reason: 'wrong password or not authorised' });
  });
});

describe('a write', () => {
  test('with a wrong password is sent once, refused, and nothing has changed', async () => {
    const served = await dlt645Meter();
    const report = await write(served, 'alarm amount 1', ['20'], { as: { ...served.meter, password: '02999999' } });
    expect(report).toMatchObject({ ok: true, value: { result: 'refused', reason: 'wrong password or not authorised' } });
    expect(report.ok && values(report.value.readBack)).toEqual(['0.00']);
    expect(served.heard(WRITE)).toHaveLength(1);
  });

  test('is refused while the key behind the cover is not pressed', async () => {
    const served = await dlt645Meter();
    served.virtual.setProgrammingKey(false);
    expect(await written(served, 'alarm amount 1', ['20'])).toMatchObject({ result: 'refused' });
    served.virtual.setProgrammingKey(true);
    expect(await written(served, 'alarm amount 1', ['20'])).toMatchObject({ result: 'written' });
  });

  test('whose answer is lost is read back, not repeated', async () => {
    const served = await dlt645Meter([{ kind: 'lostReply', on: 'write' }]);
    const report = await written(served, 'alarm amount 1', ['20']);
    expect(report).toMatchObject({ result: 'written', reason: 'no answer to the write (no-reply)' });
    expect(values(report.readBack)).toEqual(['20.00']);
    expect(served.heard(WRITE)).toHaveLength(1);
  });

  test.each([
    // D4, error 04: a wrong password.
    ['and says no', '68 78 56 34 12 00 00 68 D4 01 37 F0 16', 'refused (wrong password or not authorised), but the meter holds it now'],
    ['and loses the line', 'hang up', 'no answer to the write (line-down)'],
  ])('of a meter that obeys %s is read back, not repeated', async (_, answer, reason) => {
    const readAlarm = '68 78 56 34 12 00 00 68 11 04 34 43 33 37 DA 16';
    const holds = {
      '0.00': '68 78 56 34 12 00 00 68 91 08 34 43 33 37 33 33 33 33 2A 16',
      '20.00': '68 78 56 34 12 00 00 68 91 08 34 43 33 37 33 53 33 33 4A 16',
    };
    let held: keyof typeof holds = '0.00';
    const asked: string[] = [];
    const served = await socketMeter('000012345678', (frame, socket) => {
      asked.push(frame);
      if (frame === readAlarm) socket.write(bytesOf(holds[held]));
      else {
        held = '20.00';
        if (answer === 'hang up') socket.destroy();
        else socket.write(bytesOf(answer));
      }
    });
    const report = await written(served, 'alarm amount 1', ['20']);
    expect(report).toMatchObject({ result: 'written', reason });
    expect(values(report.readBack)).toEqual(['20.00']);
    const writeAlarm = '68 78 56 34 12 00 00 68 14 10 34 43 33 37 35 89 67 45 3A 33 33 33 33 53 33 33 12 16';
    expect(asked).toEqual([readAlarm, writeAlarm, readAlarm]);
  });

  test('that the meter has not heard ends unknown, not repeated', async () => {
    const served = await dlt645Meter([{ kind: 'silence', on: 'write' }]);
    expect(await written(served, 'alarm amount 1', ['20'])).toMatchObject({
      result: 'unknown',
      reason: 'no answer to the write (no-reply), but the meter reads back something else',
    });
    expect(served.heard(WRITE)).toHaveLength(1);
  });

  test('of which nothing is heard again ends unknown', async () => {
    // One frame, the read before, is answered.
    const served = await dlt645Meter([{ kind: 'silence', on: 'any', skip: 1 }]);
    expect(await written(served, 'alarm amount 1', ['20'])).toMatchObject({
      result: 'unknown',
      reason: 'no answer to the write (no-reply), and none to the read-back (no-reply)',
      readBack: null,
    });
    expect(served.heard(WRITE)).toHaveLength(1);
  });

  test('of a clock is read back as time goes on', async () => {
    const served = await dlt645Meter();
    expect(await written(served, 'time', ['08:15:00'])).toMatchObject({ result: 'written' });
    expect(await written(served, 'date and weekday', ['2026-11-24'])).toMatchObject({ result: 'written' });
  });

  test.each([
    ['a text that is no decimal', 'alarm amount 1', ['20,5'], 'alarm amount 1'],
    ['more than the register holds', 'alarm amount 1', ['1000000'], 'alarm amount 1'],
    ['a time of day that is none', 'day table 1, set 1', ['00:00 4', '24:00 3'], 'TOU period 2'],
    ['a field that is not there', 'backup step block table', { 'price 8': '1' }, 'price 8'],
  ])('of %s is not sent', async (_, item, wanted, field) => {
    const served = await dlt645Meter();
    expect(await write(served, item, wanted)).toMatchObject({ ok: false, error: { code: 'bad-wanted', field } });
    expect(served.heard(WRITE)).toEqual([]);
  });

  test('is not sent without a password', async () => {
    const served = await dlt645Meter();
    expect(await write(served, 'alarm amount 1', ['20'], { as: { ...served.meter, password: undefined } })).toMatchObject({
      ok: false,
      error: { code: 'unsupported-action', sent: false },
    });
  });
});
