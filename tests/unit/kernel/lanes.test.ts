import { describe, expect, it } from 'vitest';
import { createLanes } from '../../../src/kernel/lanes.ts';
import { ok } from '../../../src/kernel/result.ts';

/** Jobs that end when they are told to, and say when they began. */
function createJobs() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    run: (name: string) => async () => {
      begun.push(name);
      await new Promise<void>((end) => ends.set(name, end));
      return ok(name);
    },
    async end(name: string) {
      ends.get(name)?.();
      await new Promise(setImmediate);
    },
  };
}

describe('lanes', () => {
  it('run so many of one key at a time and the others in their order', async () => {
    const jobs = createJobs();
    const lanes = createLanes({ running: 2, waiting: 10 });
    const results = ['a1', 'a2', 'a3', 'a4'].map((name) => lanes('a', jobs.run(name)));
    expect(jobs.begun).toEqual(['a1', 'a2']);
    await jobs.end('a2');
    expect(jobs.begun).toEqual(['a1', 'a2', 'a3']);
    await jobs.end('a1');
    await jobs.end('a3');
    await jobs.end('a4');
    expect(await Promise.all(results)).toEqual(['a1', 'a2', 'a3', 'a4'].map(ok));
  });

  it('let another key pass one that is full', () => {
    const jobs = createJobs();
    const lanes = createLanes({ running: 1, waiting: 10 });
    for (const [key, name] of [
      ['a', 'a1'],
      ['a', 'a2'],
      ['b', 'b1'],
    ] as const)
      void lanes(key, jobs.run(name));
    expect(jobs.begun).toEqual(['a1', 'b1']);
  });

  it('refuse what has no place to wait, and take more as soon as there is room', async () => {
    const jobs = createJobs();
    const lanes = createLanes({ running: 1, waiting: 1 });
    void lanes('a', jobs.run('a1'));
    void lanes('a', jobs.run('a2'));
    expect(await lanes('a', jobs.run('a3'))).toEqual({ ok: false, error: { code: 'overloaded' } });
    await jobs.end('a1');
    void lanes('a', jobs.run('a4'));
    await jobs.end('a2');
    expect(jobs.begun).toEqual(['a1', 'a2', 'a4']);
  });

  it('hand the place on when a job fails', async () => {
    const lanes = createLanes({ running: 1, waiting: 1 });
    const failing = lanes('a', () => Promise.reject(new Error('no')));
    const next = lanes('a', async () => ok('next'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toEqual(ok('next'));
  });
});
