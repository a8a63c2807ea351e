import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { encodeRequest } from '../../../protocols/dlt645/index.ts';
import { readyLine, runSimulation, type SimulationOptions } from '../../../simulators/simulate.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { clientOf } from './client.ts';
import { START, spaced } from './line-in-memory.ts';

async function simulate(context: TestContext, options: Partial<SimulationOptions>) {
  const simulation = await runSimulation({ protocol: 'dlt645-2007', seed: 1, clock: createManualClock(START), ...options });
  context.onTestFinished(() => simulation.close());
  return simulation;
}

function folder(context: TestContext): string {
  const made = mkdtempSync(path.join(tmpdir(), 'simulators-'));
  context.onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

describe('a simulation', () => {
  test('says on one line where it listens and whom one may call', async (context) => {
    const simulation = await simulate(context, { listen: 'tcp://127.0.0.1:0', meters: 2 });
    const ready = JSON.parse(readyLine(simulation)) as { listening: string; meters: object[] };
    expect(ready.listening).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
    expect(ready.meters).toEqual([
      { address: '118069456546', profile: 'plain', password: '02553984', line: ready.listening },
      { address: '893848311731', profile: 'plain', password: '02525676', line: ready.listening },
    ]);
  });

  test('deals its meters to several lines', async (context) => {
    const { lines, meters, meter } = await simulate(context, {
      lines: [
        { listen: 'tcp://127.0.0.1:0', meters: 1 },
        { listen: 'tcp://127.0.0.1:0', meters: 2 },
      ],
    });
    expect(meters.map(({ line }) => line)).toEqual([lines[0], lines[1], lines[1]]);
    const [, , last] = meters;
    const { ask } = await clientOf(lines[1] ?? '', context);
    const answer = await ask(spaced(encodeRequest(last?.address ?? '', { kind: 'read-address' })), 18);
    expect(answer).toContain('68 93 06');
    expect(meter(last?.address ?? '')?.relay()).toBe('closed');
  });

  test('has each frame in its log before the answer is out', async (context) => {
    const log = path.join(folder(context), 'frames.jsonl');
    const { lines, meters } = await simulate(context, { listen: 'tcp://127.0.0.1:0', meters: 1, log });
    const address = meters[0]?.address ?? '';
    const { ask } = await clientOf(lines[0] ?? '', context);
    await ask(spaced(encodeRequest(address, { kind: 'read', di: '04000503' })), 18);
    expect(JSON.parse(readFileSync(log, 'utf8'))).toEqual({
      at: '2026-11-24T03:30:00.000Z',
      address,
      control: '11',
      di: '04000503',
      code: null,
      answered: true,
      relay: 'closed',
    });
  });

  test.each([
    [{ protocol: 'dlt645-1897' }, 'there is no simulator for "dlt645-1897"; expected dlt645-2007 or dlt645-1997'],
    [
      { listen: 'udp://127.0.0.1:0' },
      'cannot listen on "udp://127.0.0.1:0"; expected tcp://HOST:PORT, pty: or mqtt://HOST:PORT/CONCENTRATOR[?down=TOPIC&up=TOPIC&status=TOPIC&readings=TOPIC]',
    ],
    [{ faults: '/nowhere.json' }, '/nowhere.json cannot be read as JSON'],
    [{ log: '/nowhere/frames.jsonl' }, '/nowhere/frames.jsonl cannot be written'],
  ])('refuses %j in one sentence', async (wrong, message) => {
    const options = { protocol: 'dlt645-2007', listen: 'tcp://127.0.0.1:0', meters: 1, seed: 1, clock: createManualClock(START), ...wrong };
    await expect(runSimulation(options)).rejects.toThrow(message);
  });
});
