/** What the command line prints: answers on standard output, one line for each with `--json`; everything else on standard error. */
export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  printLine(JSON.stringify(value));
}

export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}
