/** A lock file with the ids of its holders, so that two starts at once install once, and a killed one blocks nobody. */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

const LOOK_AGAIN_MS = 200;
/** Younger than this it is held, whatever it says: its maker may be about to write into it. */
const FRESH_MS = 2_000;
/** Older than this nobody holds it: a process id may have been given to another process since. */
const LONGEST_INSTALL_MS = 15 * 60_000;

/**
 * Runs `work` while no other process holds the lock.
 *
 * @param file where the lock lies: outside whatever the work replaces
 * @param work is handed a function that names one more process to wait for, should this one be killed
 */
export async function holdingLock(file, work) {
  while (!taken(file)) {
    const holders = readHolders(file);
    if (holders !== undefined && isStale(file, holders)) removeStale(file, holders);
    else await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  try {
    return await work((pid) => writeFileSync(file, `${process.pid} ${pid}`));
  } finally {
    rmSync(file, { force: true });
  }
}

function taken(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined where the lock has just been given back. */
function readHolders(file) {
  return unlessGone(() => readFileSync(file, 'utf8'));
}

function isStale(file, holders) {
  const ageMs = unlessGone(() => Date.now() - statSync(file).mtimeMs) ?? 0;
  if (ageMs < FRESH_MS) return false;
  return ageMs > LONGEST_INSTALL_MS || !holders.split(' ').some((pid) => isAlive(Number(pid)));
}

function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** By renaming: of two rivals one wins, and a lock that was taken afresh in between is put back. */
function removeStale(file, holders) {
  const grave = `${file}.${process.pid}`;
  unlessGone(() => renameSync(file, grave));
  const found = readHolders(grave);
  if (found !== undefined && found !== holders) renameSync(grave, file);
  else rmSync(grave, { force: true });
}

function unlessGone(act) {
  try {
    return act();
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
