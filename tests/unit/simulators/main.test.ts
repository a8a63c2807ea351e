import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { encodeRequest, encodeRequest1997 } from '../../../protocols/dlt645/index.ts';
import { clientOf } from './client.ts';
import { spaced } from './line-in-memory.ts';

const MAIN = path.join(import.meta.dirname, '../../../simulators/main.ts');

function start(context: TestContext, specification: object) {
  const child = spawn(process.execPath, [MAIN, JSON.stringify(specification)]);
  context.onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function said(stream: ChildProcess['stdout']): Promise<string> {
  const [chunk] = stream === null ? [''] : await once(stream, 'data');
  return String(chunk);
}

describe('meters in a process of their own', () => {
  test('say when they are ready, answer, and end on SIGTERM', async (context) => {
    const child = start(context, { lines: [{ listen: 'tcp://127.0.0.1:0', meters: 1 }], seed: 1 });
    const ready = JSON.parse(await said(child.stdout)) as { listening: string; meters: { address: string }[] };
    const { ask } = await clientOf(ready.listening, context);
    const answer = await ask(spaced(encodeRequest(ready.meters[0]?.address ?? '', { kind: 'read-address' })), 18);
    expect(answer).toContain('68 93 06');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('speak 1997 where that is asked for', async (context) => {
    const child = start(context, { protocol: 'dlt645-1997', lines: [{ listen: 'tcp://127.0.0.1:0', meters: 1 }], seed: 1 });
    const ready = JSON.parse(await said(child.stdout)) as { listening: string; meters: { address: string }[] };
    const { ask } = await clientOf(ready.listening, context);
    const answer = await ask(spaced(encodeRequest1997(ready.meters[0]?.address ?? '', { kind: 'read', di: '9010' })), 18);
    expect(answer).toContain('68 81 06 43 C3');
  });

  test('speak Modbus with the registers that they are given', async (context) => {
    const registers = {
      rows: [{ register: '1-0:1.8.0', function: 3, address: 10, type: 'u32', scale: '0.01', unit: 'kWh' }],
      relay: { kind: 'holding', address: 26, on: 1, off: 0, writeFunction: 16 },
    };
    const child = start(context, { protocol: 'modbus-rtu', registers, lines: [{ listen: 'tcp://127.0.0.1:0', meters: 2 }] });
    const ready = JSON.parse(await said(child.stdout)) as { listening: string; meters: { address: string }[] };
    expect(ready.meters.map(({ address }) => address)).toEqual(['1', '2']);
    const { ask } = await clientOf(ready.listening, context);
    // Function 03 of unit 1 at 001A, one register; the CRCs travel as A5 CD and 79 84.
    expect(await ask('01 03 00 1A 00 01 A5 CD', 7)).toBe('01 03 02 00 01 79 84');
  });

  test('end with their parent where that is asked for', async (context) => {
    const child = start(context, { lines: [{ listen: 'tcp://127.0.0.1:0', meters: 1 }], untilInputEnds: true });
    await said(child.stdout);
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('name a mistake in one sentence and end with 1', async (context) => {
    const child = start(context, { lines: [] });
    const sentence = said(child.stderr);
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(await sentence).toBe('simulation: lines is []; expected at least one line\n');
  });
});
