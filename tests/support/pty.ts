/** A pty for a test: the simulators' own, or one made by socat, or the test is skipped by name. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'vitest';
import { openPty, type Pty } from '../../simulators/lines/pty.ts';
import { findPart, missing } from './require-part.ts';

/** Closed when the test ends. */
export async function ptyFor(context: Pick<TestContext, 'skip' | 'onTestFinished'>): Promise<Pty> {
  const pty = await anyPty(context);
  context.onTestFinished(() => pty.close());
  return pty;
}

async function anyPty(context: Pick<TestContext, 'skip'>): Promise<Pty> {
  const opened = openPty();
  if (opened.ok) return opened.value;
  const socat = findPart('socat');
  if (socat === undefined) return missing('pty', `${opened.error.reason}; and no socat on PATH`, context);
  return socatPty(socat);
}

/** Socat says on standard error which pty it has made; its own ends are the other side. */
export async function socatPty(socat: string): Promise<Pty> {
  const child = spawn(socat, ['-d', '-d', 'pty,raw,echo=0', '-'], { stdio: 'pipe' });
  let said = '';
  while (!/PTY is (\S+)/.test(said)) {
    const [chunk] = (await once(child.stderr, 'data')) as [Buffer];
    said += chunk.toString();
  }
  return {
    path: /PTY is (\S+)/.exec(said)?.[1] ?? '',
    onBytes: (listener) => void child.stdout.on('data', listener),
    write: (bytes) => void child.stdin.write(bytes),
    close: () => void child.kill(),
  };
}
