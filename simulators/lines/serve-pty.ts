import { OperatorError } from '../../src/kernel/app-error.ts';
import { openPty, type Pty } from './pty.ts';
import type { ServedLine } from './served-line.ts';
import type { SharedLine } from './shared-line.ts';

/** Meters at the far end of a serial port that needs no wire. */
export function servePty(pty: Pty, line: SharedLine): ServedLine {
  const end = line.connect((bytes) => pty.write(bytes));
  pty.onBytes((chunk) => end.hear(chunk));
  return {
    listening: `pty:${pty.path}`,
    close() {
      end.close();
      pty.close();
      return Promise.resolve();
    },
  };
}

/** @errors line-down, thrown for the person at the keyboard, where this machine has no pseudo-terminals */
export function serveNewPty(line: SharedLine): ServedLine {
  const opened = openPty();
  if (opened.ok) return servePty(opened.value, line);
  throw new OperatorError('line-down', `this machine gives no pseudo-terminal (${opened.error.reason}); listen on tcp:// instead`);
}
