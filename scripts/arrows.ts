/**
 * The arrows between folders, held by dependency-cruiser. A checker that sees nothing finds nothing wrong, so this also
 * asserts that it saw every file on disk, that every file lives in a known room, and that every rule can fail: for each
 * there is a planted breach in a throw-away tree.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';

const ROOT = path.dirname(import.meta.dirname);
const PRODUCT = ['src', 'protocols', 'simulators'];
const ROOM_RULE = 'arrow-';

interface Rules {
  readonly forbidden: readonly { readonly name: string; readonly comment: string; readonly from: { readonly path?: string } }[];
  readonly options: Readonly<Record<string, unknown>>;
}
const rules = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as Rules;

/** Every breach of the arrows in the product, one sentence each. */
async function findArrowBreaches(): Promise<readonly string[]> {
  const folders = PRODUCT.filter((folder) => filesUnder(folder).length > 0);
  const seen = await cruiseTree(ROOT, folders);
  const seenFiles = new Set(seen.modules.map((module) => module.source));
  return [
    ...violationsOf(seen).map(({ rule, from, to }) => `${from} → ${to}: ${commentOf(rule)} [${rule}]`),
    ...folders
      .flatMap(filesUnder)
      .filter((file) => !seenFiles.has(file))
      .map((file) => `${file}: was not seen by the checker`),
    ...[...seenFiles].filter(isStranger).map((file) => `${file}: is in no room of .dependency-cruiser.cjs`),
    ...(seenFiles.size === 0 ? ['no module was seen at all'] : []),
  ];
}

/** The rules that a planted breach does not set off: a rule among them proves nothing. */
async function findDeafRules(): Promise<readonly string[]> {
  const tree = mkdtempSync(path.join(tmpdir(), 'feikong-arrows-'));
  try {
    for (const [file, text] of Object.entries(plantedTree())) {
      mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
      writeFileSync(path.join(tree, file), text);
    }
    const seen = await cruiseTree(tree, PRODUCT);
    const heard = new Set(violationsOf(seen).map(({ rule, from }) => `${rule} ${from}`));
    return planted()
      .filter(({ rule, from }) => !heard.has(`${rule} ${from}`))
      .map(({ rule, from }) => `${rule}: does not notice the breach planted in ${from}`);
  } finally {
    rmSync(tree, { recursive: true });
  }
}

const countProductFiles = (): number => PRODUCT.flatMap(filesUnder).length;

interface Breach {
  readonly rule: string;
  readonly from: string;
  readonly imports: string;
}

/** One breach for each rule; the arrow of a room is broken by importing what no room may: the composition, or a neighbour of it. */
function planted(): readonly Breach[] {
  const special: readonly Breach[] = [
    { rule: 'no-circle', from: 'src/api/circle-a.ts', imports: './circle-b.ts' },
    { rule: 'known-file', from: 'src/api/lost.ts', imports: './nowhere.ts' },
    { rule: 'families-apart', from: 'protocols/modbus/family.ts', imports: '../dlt645/stranger.ts' },
    { rule: 'stores-apart', from: 'src/store/postgres/engine.ts', imports: '../sqlite/stranger.ts' },
    { rule: 'engine-picked-once', from: 'src/api/engine.ts', imports: '../store/sqlite/stranger.ts' },
    { rule: 'transports-know-no-protocol', from: 'src/transports/protocol.ts', imports: '../../protocols/dlt645/stranger.ts' },
    { rule: 'pure-without-packages', from: 'src/core/model/package.ts', imports: 'shipped' },
    { rule: 'pure-without-node', from: 'protocols/dlt645/node.ts', imports: 'node:fs' },
    { rule: 'shipped-packages-only', from: 'src/api/unshipped.ts', imports: 'developers-only' },
    { rule: 'product-stands-alone', from: 'src/api/tested.ts', imports: '../../tests/stranger.ts' },
  ];
  const unplanted = rules.forbidden.map(({ name }) => name).filter((name) => !special.some(({ rule }) => rule === name));
  return [...special, ...unplanted.map(breachOfRoom)];
}

function breachOfRoom(rule: string): Breach {
  const folder = folderOf(rule);
  const up = folder.split('/').map(() => '..');
  // Nothing lies above the composition, so for it a folder that is no room stands in.
  return {
    rule,
    from: `${folder}/planted.ts`,
    imports: [...up, rule === 'arrow-composition' ? 'src/nobody/stranger.ts' : 'src/main.ts'].join('/'),
  };
}

/** `^src/api/` is `src/api`; the alternatives of the composition give its command line. */
function folderOf(rule: string): string {
  const pattern = rules.forbidden.find(({ name }) => name === rule)?.from.path ?? '';
  return pattern.includes('(') ? 'src/cli' : pattern.replace('^', '').replace(/\/$/, '');
}

function plantedTree(): Record<string, string> {
  const strangers = [
    'src/main.ts',
    'src/nobody/stranger.ts',
    'src/store/sqlite/stranger.ts',
    'protocols/dlt645/stranger.ts',
    'tests/stranger.ts',
  ];
  const manifest = { name: 'planted', type: 'module', dependencies: { shipped: '1' }, devDependencies: { 'developers-only': '1' } };
  return {
    'package.json': JSON.stringify(manifest),
    'tsconfig.json': '{}',
    'node_modules/shipped/package.json': JSON.stringify({ name: 'shipped', main: 'index.js' }),
    'node_modules/shipped/index.js': '',
    'node_modules/developers-only/package.json': JSON.stringify({ name: 'developers-only', main: 'index.js' }),
    'node_modules/developers-only/index.js': '',
    'src/api/circle-b.ts': "import type {} from './circle-a.ts';\n",
    ...Object.fromEntries(strangers.map((file) => [file, 'export const stranger = 1;\n'])),
    ...Object.fromEntries(planted().map(({ from, imports }) => [from, `import type {} from '${imports}';\n`])),
  };
}

async function cruiseTree(baseDir: string, folders: readonly string[]): Promise<ICruiseResult> {
  const { enhancedResolveOptions, tsConfig: _, ...options } = rules.options;
  const ruleSet = { forbidden: rules.forbidden } as unknown as IFlattenedRuleSet;
  const { output } = await cruise(
    [...folders],
    { ...options, baseDir, validate: true, ruleSet },
    { ...(enhancedResolveOptions as object) },
  );
  if (typeof output === 'string') throw new TypeError('dependency-cruiser answered with text');
  return output;
}

function violationsOf(seen: ICruiseResult): readonly { rule: string; from: string; to: string }[] {
  return seen.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}

function commentOf(rule: string): string {
  return rules.forbidden.find(({ name }) => name === rule)?.comment ?? 'forbidden';
}

function isStranger(file: string): boolean {
  if (!PRODUCT.some((folder) => file.startsWith(`${folder}/`))) return false;
  return !rules.forbidden.some(
    ({ name, from }) => name.startsWith(ROOM_RULE) && from.path !== undefined && new RegExp(from.path).test(file),
  );
}

function filesUnder(folder: string): readonly string[] {
  if (!existsSync(path.join(ROOT, folder))) return [];
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file.replaceAll(path.sep, '/')}`);
}

if (process.argv[1] === import.meta.filename) {
  const breaches = [...(await findArrowBreaches()), ...(await findDeafRules())];
  for (const breach of breaches) console.log(breach);
  console.log(`${countProductFiles()} modules, ${rules.forbidden.length} rules, ${breaches.length} breaches`);
  process.exitCode = breaches.length === 0 ? 0 : 1;
}
