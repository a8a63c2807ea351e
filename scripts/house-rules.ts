/**
 * Rules of this house that the linter has no name for: prints each breach in product code with its place.
 * Reads syntax trees, so words in texts and comments are free.
 */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const ROOT = path.dirname(import.meta.dirname);
const PRODUCT = ['src/**/*.ts', 'protocols/**/*.ts', 'simulators/**/*.ts'];
const CLOCK = 'src/kernel/clock.ts';
const LOCAL_TIME = 'src/kernel/local-time.ts';
const CLOCK_GLOBALS = new Set(['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'parseFloat']);

export interface Breach {
  /** 1 for the first. */
  readonly line: number;
  readonly sentence: string;
}

/** The first of these that fits a node names what is wrong with it. */
const rules: readonly ((node: ts.Node, file: string) => string | undefined)[] = [bareError, floatParse, hiddenGlobal, dateBesidesUtc];

/** @param file its path from the project's root, with slashes: some rules know exceptions */
export function findBreaches(file: string, text: string): readonly Breach[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const breaches: Breach[] = [];
  const visit = (node: ts.Node): void => {
    const sentence = rules.map((rule) => rule(node, file)).find((found) => found !== undefined);
    if (sentence !== undefined) breaches.push({ line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, sentence });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...breaches, ...findSuppressions(text)];
}

function bareError(node: ts.Node): string | undefined {
  const made = ts.isThrowStatement(node) ? node.expression : undefined;
  if (made === undefined || !ts.isNewExpression(made) || !isNamed(made.expression, 'Error')) return undefined;
  return 'throws a bare Error: use AppError with its code, or return a Result';
}

function floatParse(node: ts.Node): string | undefined {
  if (!isMember(node, 'Number', 'parseFloat')) return undefined;
  return 'parses a float: energy, money and prices are exact, use parseDecimal';
}

/** `globalThis.Date` is `Date` too; the linter sees only the bare name. */
function hiddenGlobal(node: ts.Node, file: string): string | undefined {
  if (file === CLOCK || !ts.isPropertyAccessExpression(node)) return undefined;
  if (!isNamed(node.expression, 'globalThis') || !CLOCK_GLOBALS.has(node.name.text)) return undefined;
  return `reaches ${node.name.text} by globalThis: take a Clock`;
}

function dateBesidesUtc(node: ts.Node, file: string): string | undefined {
  if (file !== LOCAL_TIME || !isNamed(node, 'Date') || isMember(node.parent, 'Date', 'UTC')) return undefined;
  return 'uses Date: only Date.UTC, which reads no clock, is for this file';
}

function findSuppressions(text: string): readonly Breach[] {
  return text.split('\n').flatMap((content, index) => {
    if (!/^\s*(\/\/|\/?\*).*@ts-(expect-error|nocheck)/.test(content)) return [];
    return [{ line: index + 1, sentence: 'silences the type checker: give it the type that it lacks' }];
  });
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

function isMember(node: ts.Node, owner: string, member: string): boolean {
  return ts.isPropertyAccessExpression(node) && isNamed(node.expression, owner) && node.name.text === member;
}

if (process.argv[1] === import.meta.filename) {
  const files = globSync(PRODUCT, { cwd: ROOT }).map((file) => file.replaceAll(path.sep, '/'));
  const found = files.flatMap((file) =>
    findBreaches(file, readFileSync(path.join(ROOT, file), 'utf8')).map(({ line, sentence }) => `${file}:${line} ${sentence}`),
  );
  for (const breach of found) console.log(breach);
  if (files.length === 0) console.log('no file was seen at all');
  console.log(`${files.length} files, ${found.length} breaches`);
  process.exitCode = files.length > 0 && found.length === 0 ? 0 : 1;
}
