/** Programs that a test needs and npm cannot bring: without one the test is skipped by name, or fails where it is required. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'vitest';

/** Debian keeps daemons where only root's PATH looks. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin'];

/**
 * The path of a program; where it is missing the test ends here, skipped with its reason.
 *
 * @param part what to look for on PATH, as `mosquitto`; under FEIKONG_REQUIRE (names with commas) a missing one is a failure
 */
export function requirePart(part: string, context: Pick<TestContext, 'skip'>): string {
  return findPart(part) ?? missing(part, `no ${part} on PATH`, context);
}

/** Ends the test: skipped with its reason, or failed where FEIKONG_REQUIRE names the part. */
export function missing(part: string, reason: string, context: Pick<TestContext, 'skip'>): never {
  const required = (process.env.FEIKONG_REQUIRE ?? '').split(',').map((name) => name.trim());
  if (required.includes(part)) throw new Error(`${part} is required here: ${reason}`);
  return context.skip(`${part}: ${reason}`);
}

/** Undefined where no folder of PATH has it. */
export function findPart(part: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...MORE_FOLDERS].filter((folder) => folder !== '');
  return folders.map((folder) => path.join(folder, part)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
