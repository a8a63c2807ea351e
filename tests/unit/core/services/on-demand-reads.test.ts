import { expect, test } from 'vitest';
import { ENERGY_TOTAL } from '../../../../src/core/model/register.ts';
import type { MeterGateway } from '../../../../src/core/ports/meter-gateway.ts';
import { createOnDemandReads } from '../../../../src/core/services/on-demand-reads.ts';
import { AppError } from '../../../../src/kernel/app-error.ts';
import { type Actor, asId, type ReadId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { createCountingIds, EVENING, METER } from '../../../support/core-facts.ts';
import { createScriptedMeters } from '../../../support/core-scripted-meters.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const clock = createManualClock(EVENING);
const { gateway } = createScriptedMeters(clock);
const createReads = (behind: MeterGateway = gateway) =>
  createOnDemandReads({ gateway: behind, clock, newId: createCountingIds(), logger: silentLogger });
const ACTOR = asId<Actor>('operator');

test('a thousand tickets are remembered, the oldest forgotten first', async () => {
  const reads = createReads();
  const ids: ReadId[] = [];
  for (let count = 0; count < 1001; count++) {
    const started = reads.start(METER.id, [ENERGY_TOTAL], ACTOR);
    if (started.ok) ids.push(started.value.id);
    await clock.settle();
  }
  expect(ids).toHaveLength(1001);
  expect(ids.slice(0, 2).map((id) => reads.find(id)?.state)).toEqual([undefined, 'answered']);
});

test('more than two hundred that wait are refused', async () => {
  const waiting = Promise.withResolvers<never>();
  const reads = createReads({ ...gateway, readRegisters: () => waiting.promise });
  const outcomes = Array.from({ length: 201 }, () => reads.start(METER.id, [ENERGY_TOTAL], ACTOR));
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(200);
  expect(outcomes.at(-1)).toEqual({ ok: false, error: { code: 'overloaded' } });
  waiting.reject(new AppError('internal', 'the line has gone'));
  await reads.stop();
});

test('a meter that no line leads to fails its ticket and nothing else', async () => {
  const broken = async () => {
    throw new AppError('invariant-violated', 'no line leads to this meter');
  };
  const reads = createReads({ ...gateway, readRegisters: broken });
  const started = reads.start(METER.id, [ENERGY_TOTAL], ACTOR);
  await reads.stop();
  expect(started.ok && reads.find(started.value.id)).toMatchObject({ state: 'failed', failure: { code: 'line-down', sent: false } });
});
