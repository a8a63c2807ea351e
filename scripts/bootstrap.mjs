/**
 * The one door of every npm script: `node scripts/bootstrap.mjs <command> [arguments]`.
 *
 * Installs the packages when the lock file changed, brings a fit Node from npm where the shell's is too old, then runs
 * the command and ends as it ends. Built-ins and the syntax of Node 18 only: it runs before anything is installed.
 * Standard output belongs to the command; the bootstrap itself speaks on standard error.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isFit, MINIMUM_NODE } from './fit-node.mjs';
import { holdingLock } from './install-lock.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const SOUND_THREADS = pathToFileURL(path.join(ROOT, 'scripts', 'sound-threads.mjs')).href;
const NODE_PACKAGE = path.join(ROOT, 'scripts', 'node');
/** npm's shell may die of a signal without handing it on: then this process has another parent. */
const LOOK_FOR_PARENT_MS = 200;
const onWindows = process.platform === 'win32';

/** What Node is asked to run. The product keeps the caller's folder, so that paths on its command line mean what they say. */
const COMMANDS = {
  start: { script: 'scripts/feikong.mjs', first: ['start'], inCallersFolder: true },
  demo: { script: 'scripts/feikong.mjs', first: ['demo'], inCallersFolder: true },
  feikong: { script: 'scripts/feikong.mjs', inCallersFolder: true },
  test: { script: 'node_modules/vitest/vitest.mjs', first: ['run'] },
  soak: { script: 'tests/soak/run.ts' },
  check: { script: 'scripts/check.ts' },
  bench: { script: 'bench/run.ts' },
  generate: { script: 'scripts/generate.ts' },
  format: { script: 'node_modules/@biomejs/biome/bin/biome', first: ['check', '--write', '.'] },
};

process.exitCode = await main(process.argv[2], process.argv.slice(3));

async function main(name, rest) {
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : undefined;
  if (command === undefined) return fail(`say which: node scripts/bootstrap.mjs ${Object.keys(COMMANDS).join('|')}`, 2);

  const fit = isFit(process.versions.node);
  if (!fit && !(await installed(NODE_PACKAGE, 'a fit Node'))) return 1;
  const node = fit ? process.execPath : packagedNode();
  if (node === undefined) return fail(unfitSentence(), 1);
  if (!(await installed(ROOT, 'packages'))) return 1;

  const script = path.join(ROOT, command.script);
  return run(node, ['--import', SOUND_THREADS, script, ...(command.first ?? []), ...rest], {
    cwd: command.inCallersFolder ? process.cwd() : ROOT,
    env: withFirstOnPath([path.dirname(node), path.join(ROOT, 'node_modules', '.bin')]),
    stdio: 'inherit',
  });
}

/** Makes `folder/node_modules` fit `folder/package-lock.json`; its hash is written last, so an interrupted install is repeated. */
async function installed(folder, what) {
  if (isCurrent(folder)) return true;
  return holdingLock(path.join(folder, '.install.lock'), async (namePid) => {
    if (isCurrent(folder)) return true; // another start has installed meanwhile
    say(`installing ${what} into ${path.relative(process.cwd(), folder) || '.'} (once; about half a minute)`);
    rmSync(hashFile(folder), { force: true });
    const hash = lockHash(folder);
    const code = await npmCi(folder, namePid);
    if (code !== 0) return say(`npm ci ended with ${code}: see above, put it right and start again`) ?? false;
    writeFileSync(hashFile(folder), hash);
    return true;
  });
}

function hashFile(folder) {
  return path.join(folder, 'node_modules', '.lock-hash');
}

function isCurrent(folder) {
  return existsSync(hashFile(folder)) && readFileSync(hashFile(folder), 'utf8') === lockHash(folder);
}

/** Names the platform too: packages with binaries of another machine are no use here. */
function lockHash(folder) {
  const lock = readFileSync(path.join(folder, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
}

/** The flags undo what an outer `npm run` or NODE_ENV passes on: its prefix, its silence, its omissions. */
function npmCi(folder, namePid) {
  const flags = [
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--include=dev',
    '--include=optional',
    '--prefix',
    folder,
  ];
  const outer = process.env.npm_execpath ?? '';
  const viaOuter = path.basename(outer) === 'npm-cli.js';
  const [program, first] = viaOuter ? [process.execPath, [outer]] : [onWindows ? 'npm.cmd' : 'npm', []];
  return run(
    program,
    [...first, 'ci', ...flags],
    { cwd: folder, shell: onWindows && !viaOuter, stdio: ['ignore', 'ignore', 'inherit'] },
    namePid,
  );
}

function packagedNode() {
  const platform = onWindows ? 'win' : process.platform;
  const file = path.join(NODE_PACKAGE, 'node_modules', `node-${platform}-${process.arch}`, 'bin', onWindows ? 'node.exe' : 'node');
  return existsSync(file) ? file : undefined;
}

function unfitSentence() {
  const machine = `${process.platform}-${process.arch}`;
  return `Node ${process.versions.node} is too old and npm has none for ${machine}: install Node ${MINIMUM_NODE} or newer and start again`;
}

function withFirstOnPath(folders) {
  const key = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...process.env, [key]: [...folders, process.env[key]].filter(Boolean).join(path.delimiter) };
}

/** Runs a program to its end, hands signals on, and resolves to its exit code: 128 + n where signal n ended it. */
function run(program, args, options, namePid) {
  return new Promise((resolve) => {
    const child = spawn(program, args, options);
    const forget = handSignalsTo(child);
    const finish = (code) => {
      forget();
      resolve(code);
    };
    child.on('spawn', () => namePid?.(child.pid));
    child.on('error', (error) => finish(fail(`cannot run ${program}: ${error.message}`, 1)));
    child.on('exit', (code, signal) => finish(code ?? 128 + constants.signals[signal]));
  });
}

/** Returns what undoes it. */
function handSignalsTo(child) {
  const handOn = (signal) => {
    // Ctrl-C in a terminal has reached the child already: it goes to the whole group.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, handOn);

  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.env.npm_lifecycle_event === undefined || process.ppid === parent) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, LOOK_FOR_PARENT_MS);

  return () => {
    clearInterval(watch);
    for (const signal of signals) process.removeListener(signal, handOn);
  };
}

function say(sentence) {
  process.stderr.write(`feikong: ${sentence}\n`);
}

function fail(sentence, code) {
  say(sentence);
  return code;
}
