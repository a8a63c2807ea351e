import { describe, expect, test } from 'vitest';
import { decodeItems1997, findRow1997, formatValue, listFields1997, type Request1997 } from '../../../../protocols/dlt645/index.ts';
import { createMeter1997 } from '../../../../simulators/meter/meter-1997.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { meterOf, START } from '../line-in-memory.ts';

const PERIOD = Uint8Array.of(0x30);

function meter1997() {
  const works = meterOf({ clock: createManualClock(START) });
  const meter = createMeter1997(works);
  return { works, meter, ask: (request: Request1997) => meter.answer(request, 'own') };
}

function valuesOf(di: string): readonly (string | null)[] | undefined {
  const row = findRow1997(di);
  const answer = meter1997().ask({ kind: 'read', di });
  if (row === undefined || answer?.kind !== 'read') return undefined;
  const { items, extra } = decodeItems1997(row, answer.value);
  expect([di, ...extra]).toEqual([di]);
  return items.map(({ value }) => (value === null ? null : formatValue(value)));
}

describe('A virtual meter of 1997', () => {
  test('shows its works in the layouts of its year: 3.6 kW on one phase, the others missing', () => {
    expect(['9010', '9014', '9020', 'B630', 'B632', 'B612', 'B622', 'C111', 'C313'].map((di) => [di, valuesOf(di)])).toEqual([
      ['9010', ['10.00']],
      ['9014', ['4.00']],
      ['9020', ['0.00']],
      ['B630', ['3.6000']],
      ['B632', ['0.0000']],
      ['B612', [null]],
      ['B622', [null]],
      ['C111', ['15']],
      ['C313', ['4']],
    ]);
    expect(valuesOf('B611')?.[0]).toMatch(/^2[12]\d$/);
    expect(valuesOf('B621')?.[0]).toMatch(/^1[67]\.\d\d$/);
    expect(valuesOf('B640')?.[0]).toMatch(/^[01]\.\d\d$/);
  });

  test('answers as long as the catalogue says, whatever it has', () => {
    const answered = listFields1997().filter(({ di }) => valuesOf(di) !== undefined);
    expect(answered).toHaveLength(60);
  });

  test('sends a block in parts, the last one again when asked to, and no part twice', () => {
    const { ask } = meter1997();
    // 10.00 = 1.00 + 2.00 + 3.00 + 4.00 kWh
    const first = Uint8Array.of(0, 0x10, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0);
    const second = Uint8Array.of(0, 4, 0, 0);
    expect(ask({ kind: 'read', di: '901F' })).toEqual({ kind: 'read', di: '901F', value: first, more: true });
    expect(ask({ kind: 'reread' })).toEqual({ kind: 'reread', di: '901F', value: first, more: true });
    expect(ask({ kind: 'read-next', di: '901F' })).toEqual({ kind: 'read-next', di: '901F', value: second, more: false });
    expect(ask({ kind: 'reread', di: '901F' })).toEqual({ kind: 'reread', di: '901F', value: second, more: false });
    expect(ask({ kind: 'read-next', di: '901F' })).toEqual({ kind: 'refused', function: 0x02, error: 0x02 });
  });

  test('forgets the rest of a block when it is asked for something else', () => {
    const { ask } = meter1997();
    ask({ kind: 'read', di: '901F' });
    ask({ kind: 'read', di: '9020' });
    expect(ask({ kind: 'read-next', di: '901F' })).toMatchObject({ kind: 'refused' });
  });

  test('takes a write with its password only, and refuses what it does not know', () => {
    const { ask } = meter1997();
    const write = { kind: 'write', di: 'C111', value: PERIOD } as const;
    expect(ask({ ...write, password: '02999999' })).toEqual({ kind: 'refused', function: 0x04, error: 0x04 });
    expect(ask({ ...write, password: '02123456' })).toMatchObject({ kind: 'accepted', function: 0x04 });
    expect(ask({ kind: 'read', di: 'C111' })).toMatchObject({ value: PERIOD });
    expect(ask({ kind: 'read', di: '9FFF' })).toEqual({ kind: 'refused', function: 0x01, error: 0x02 });
    expect(ask({ kind: 'clear-demand', password: '02123456' })).toEqual({ kind: 'refused', function: 0x10, error: 0x01 });
  });

  test('says nothing to everybody, and lets a wildcard read only', () => {
    const { meter } = meter1997();
    expect(meter.answer({ kind: 'read', di: '9010' }, 'everybody')).toBeUndefined();
    expect(meter.answer({ kind: 'read', di: '9010' }, 'wildcard')).toMatchObject({ kind: 'read' });
    expect(meter.answer({ kind: 'write', di: 'C111', password: '02123456', value: PERIOD }, 'wildcard')).toBeUndefined();
  });
});
