import { expect, test } from 'vitest';
import { toReadDto } from '../../../../src/api/dto/read.ts';
import { asRegister } from '../../../../src/core/model/register.ts';
import type { RegisterAnswer } from '../../../../src/core/ports/meter-gateway.ts';
import { instantOf } from '../../../../src/kernel/clock.ts';
import { type Actor, asId, type MeterId, type ReadId } from '../../../../src/kernel/ids.ts';

const AT = instantOf(Date.UTC(2026, 10, 24, 12));

const shown = (answer: Omit<RegisterAnswer, 'register' | 'readAt'>) =>
  toReadDto({
    id: asId<ReadId>('rd_1'),
    meterId: asId<MeterId>('m1'),
    registers: [],
    actor: asId<Actor>('key 1'),
    requestedAt: AT,
    state: 'answered',
    finishedAt: AT,
    answers: [{ register: asRegister('1-0:1.6.0'), readAt: AT, ...answer }],
    failure: undefined,
  }).answers[0];

test('a demand says when it occurred, and which of several values it is', () => {
  const value = { unscaled: 12_345n, scale: 4 };
  const demand = { part: 'tariff 1', value, text: '1.2345', unit: 'kW', occurred: '2026-11-23T18:15' };
  expect(shown(demand)).toEqual({
    register: '1-0:1.6.0',
    part: 'tariff 1',
    value: '1.2345',
    unit: 'kW',
    occurred: '2026-11-23T18:15',
    readAt: '2026-11-24T12:00:00.000Z',
  });
});

test('a register that holds no number shows what it holds', () => {
  expect(shown({ value: undefined, text: '2026-11-24', unit: '' })).toMatchObject({ part: null, value: '2026-11-24', occurred: null });
});

test('a value without digits of the meter’s own is its exact decimal, and a missing one is null', () => {
  expect(shown({ value: { unscaled: 10_000n, scale: 2 }, unit: 'kWh' })).toMatchObject({ value: '100.00' });
  expect(shown({ value: undefined, unit: 'kWh' })).toMatchObject({ value: null });
});
