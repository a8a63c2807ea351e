/**
 * A serial line without wires: the kernel's pseudo-terminal. A program opens `path` as it would open a real port; what
 * it writes arrives here, what is written here arrives there. Speed and parity are accepted and have no effect.
 */
import { closeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ReadStream } from 'node:tty';
import { err, ok, type Result } from '../../src/kernel/result.ts';

export interface Pty {
  /** What the other side opens, as `/dev/pts/7`. */
  readonly path: string;
  /** Calls back with each chunk that the other side has written; one listener. */
  onBytes(listener: (bytes: Uint8Array) => void): void;
  write(bytes: Uint8Array): void;
  /** Twice is harmless. */
  close(): void;
}

export interface PtyUnavailable {
  readonly code: 'pty-unavailable';
  readonly reason: string;
}

/** The part of the binding that is used: its public `open` reads the far end itself and steals the bytes. */
interface NativePty {
  open(columns: number, rows: number): { readonly master: number; readonly slave: number; readonly pty: string };
}

/** @errors pty-unavailable: no binding for this platform, or no devpts mounted */
export function openPty(): Result<Pty, PtyUnavailable> {
  try {
    const { master, slave, pty } = loadNative().open(80, 24);
    return ok(ptyOf(pty, master, slave));
  } catch (error) {
    return err({ code: 'pty-unavailable', reason: error instanceof Error ? error.message : String(error) });
  }
}

function loadNative(): NativePty {
  const require = createRequire(import.meta.url);
  const requireBeside = createRequire(require.resolve('@lydell/node-pty'));
  return requireBeside(`@lydell/node-pty-${process.platform}-${process.arch}/pty.node`) as NativePty;
}

/** The far end stays open here too, unread: otherwise each close by the other side would end the line. */
function ptyOf(path: string, master: number, slave: number): Pty {
  const stream = new ReadStream(master);
  let open = true;
  return {
    path,
    onBytes(listener) {
      stream.on('data', listener);
    },
    write(bytes) {
      if (open) stream.write(bytes);
    },
    close() {
      if (!open) return;
      open = false;
      stream.destroy();
      closeSync(slave);
    },
  };
}
