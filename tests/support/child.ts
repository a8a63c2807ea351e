import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = path.join(import.meta.dirname, '../..');
const CLI = path.join(ROOT, 'scripts/feikong.mjs');

/** A `feikong` command in a process of its own; what it says is kept for the failure that needs it. */
export interface Child {
  readonly process: ChildProcess;
  /** The first line of standard output that fits; fails when the process ends before it. */
  line(fits: (line: string) => boolean): Promise<string>;
  /** Everything said so far, both streams. */
  said(): string;
  /** Ends it and waits until it is gone; its exit code, null after a signal. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** @param environment beside that of this process */
export function startCli(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Child {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: ROOT, stdio: 'pipe', env: { ...process.env, ...environment } });
  const lines: string[] = [];
  const waiting = new Set<(line: string | undefined) => void>();
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const tell of waiting) tell(line);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-20_000);
  });
  const exited = once(child, 'close').then(([code]) => {
    for (const tell of waiting) tell(undefined);
    return code as number | null;
  });
  const said = () => `${lines.join('\n')}\n${errors}`;
  return {
    process: child,
    said,
    line: (fits) =>
      new Promise((resolve, reject) => {
        const known = lines.find(fits);
        if (known !== undefined) return resolve(known);
        const look = (line: string | undefined) => {
          if (line !== undefined && !fits(line)) return;
          waiting.delete(look);
          if (line === undefined) reject(new Error(`the process ended before it said what was awaited:\n${said()}`));
          else resolve(line);
        };
        waiting.add(look);
        if (child.exitCode !== null) look(undefined);
      }),
    async stop(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

/** Runs a command to its end. */
export async function runCli(
  args: readonly string[],
  input = '',
  environment: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: ROOT, stdio: 'pipe', env: { ...process.env, ...environment } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
