/**
 * Writes the generated files; with `--check` it only compares, names what has drifted and ends with 1.
 * JSON carries no comment, so such a file says in its first field, or in its neighbour's text, that it is generated.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ENVELOPE_SCHEMA } from '../protocols/concentrator/index.ts';
import { BillInputSchema, LateFeeInputSchema } from '../src/config/bill-input-schema.ts';
import { RegisterMapSchema } from '../src/config/register-map-schema.ts';
import { ConfigSchema, RuleSetSchema } from '../src/config/schema.ts';
import { CalendarFileSchema, LateFeeFileSchema, TariffFileSchema } from '../src/config/tariff-schema.ts';
import { produceOpenApi } from './openapi.ts';

interface GeneratedFile {
  /** From the project's root. */
  readonly path: string;
  /** The whole content, the same for the same sources: no date, no machine. */
  produce(): Promise<string>;
}

const ROOT = path.dirname(import.meta.dirname);

const GENERATED: readonly GeneratedFile[] = [
  { path: 'config/config.schema.json', produce: async () => jsonOf(ConfigSchema, 'src/config/schema.ts') },
  { path: 'config/rule-set.schema.json', produce: async () => jsonOf(RuleSetSchema, 'src/config/schema.ts') },
  { path: 'config/register-map.schema.json', produce: async () => jsonOf(RegisterMapSchema, 'src/config/register-map-schema.ts') },
  { path: 'config/tariff.schema.json', produce: async () => jsonOf(TariffFileSchema, 'src/config/tariff-schema.ts') },
  { path: 'config/calendar.schema.json', produce: async () => jsonOf(CalendarFileSchema, 'src/config/tariff-schema.ts') },
  { path: 'config/late-fees.schema.json', produce: async () => jsonOf(LateFeeFileSchema, 'src/config/tariff-schema.ts') },
  { path: 'docs/bill-input.schema.json', produce: async () => jsonOf(BillInputSchema, 'src/config/bill-input-schema.ts') },
  { path: 'docs/late-fee-input.schema.json', produce: async () => jsonOf(LateFeeInputSchema, 'src/config/bill-input-schema.ts') },
  { path: 'docs/openapi.json', produce: produceOpenApi },
  {
    path: 'docs/concentrator-envelope.schema.json',
    produce: async () => jsonOf(ENVELOPE_SCHEMA, 'protocols/concentrator/envelope-schema.ts'),
  },
];

function jsonOf(schema: object, source: string): string {
  return `${JSON.stringify({ $comment: `Generated from ${source} by npm run generate`, $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema }, null, 2)}\n`;
}

const onlyCheck = process.argv.includes('--check');
const drifted: string[] = [];
for (const file of GENERATED) {
  const target = path.join(ROOT, file.path);
  const content = await file.produce();
  if (existsSync(target) && readFileSync(target, 'utf8') === content) continue;
  drifted.push(file.path);
  if (onlyCheck) continue;
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, content);
}

for (const file of drifted) console.log(onlyCheck ? `${file} differs from its sources: run npm run generate` : `${file} written`);
console.log(`${GENERATED.length} generated files, ${drifted.length} ${onlyCheck ? 'drifted' : 'written'}`);
process.exitCode = onlyCheck && drifted.length > 0 ? 1 : 0;
