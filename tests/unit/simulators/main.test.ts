import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { encodeRequest } from '../../../protocols/dlt645/index.ts';
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
