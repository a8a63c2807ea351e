import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { holdingLock } from '../../../scripts/install-lock.mjs';

describe('the install lock', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'feikong-lock-'));
    file = path.join(folder, 'lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('lets one in after the other, and is gone afterwards', async () => {
    const events: string[] = [];
    const enter = (name: string) =>
      holdingLock(file, async () => {
        events.push(`${name} in`);
        await new Promise(setImmediate);
        events.push(`${name} out`);
      });
    await Promise.all([enter('first'), enter('second')]);
    expect(events).toEqual(['first in', 'first out', 'second in', 'second out']);
    expect(existsSync(file)).toBe(false);
  });

  test('is given back when the work fails', async () => {
    await expect(holdingLock(file, () => Promise.reject(new RangeError('no network')))).rejects.toThrow('no network');
    expect(existsSync(file)).toBe(false);
  });

  test('is taken over from a process that was killed', async () => {
    writeFileSync(file, String(idOfDeadProcess()));
    utimesSync(file, 1_700_000_000, 1_700_000_000);
    expect(await holdingLock(file, async () => readFileSync(file, 'utf8'))).toBe(String(process.pid));
  });

  test('is taken over after the longest install even from a living id, which may be another process by now', async () => {
    writeFileSync(file, String(process.ppid));
    utimesSync(file, 1_700_000_000, 1_700_000_000);
    expect(await holdingLock(file, async () => 'in')).toBe('in');
  });

  test('names the installer as a holder too', async () => {
    const held = await holdingLock(file, async (namePid) => {
      namePid(4711);
      return readFileSync(file, 'utf8');
    });
    expect(held).toBe(`${process.pid} 4711`);
  });
});

function idOfDeadProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}
