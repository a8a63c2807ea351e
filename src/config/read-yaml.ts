import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import type { Static, TSchema } from 'typebox';
import { OperatorError } from '../kernel/app-error.ts';
import { parseYaml } from './yaml-text.ts';

/** A mistake in a configuration file: where, what stands there, and what was expected. */
export function configError(file: string, path: string, value: unknown, expected: string, line?: number): OperatorError {
  const place = `${file}${line === undefined ? '' : `:${line}`}: ${path === '' ? 'the file' : path}`;
  return new OperatorError('config-invalid', `${place} is ${describe(value)}; expected ${expected}`, { file, path });
}

/** The schemas are ours: that they are schemas is not asked at each start. */
const schemas = new Ajv2020({ useDefaults: true, allErrors: false, strict: false, verbose: true, validateSchema: false });

/** Makes the error of one file, as `configError` does. */
export type Wrong = (path: string, value: unknown, expected: string) => OperatorError;

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  // JSON has no word for what is not finite.
  return typeof value === 'number' ? String(value) : JSON.stringify(value).slice(0, 80);
}

/**
 * Reads a YAML file against a schema; defaults are filled in, unknown keys are errors.
 *
 * @param content of a `secret` file no value is ever shown
 */
export function readYaml<Schema extends TSchema>(file: string, schema: Schema, content: 'open' | 'secret' = 'open'): Static<Schema> {
  const text = parseYaml(read(file));
  if (!text.ok) {
    const { reason, line } = text.error;
    throw new OperatorError(
      'config-invalid',
      `${file}${line === undefined ? '' : `:${line}`}: this is no YAML: ${reason}; correct the line`,
      {
        file,
      },
    );
  }
  const { value, lineOf } = text.value;
  const validate = schemas.compile<Static<Schema>>(schema);
  if (validate(value)) return value;
  const errors = validate.errors ?? [];
  const error = nearest(errors);
  if (error === undefined) throw configError(file, '', undefined, 'a valid file');
  const { path, found, expected } = explain(error, errors, value);
  const shown = content === 'secret' && found !== undefined ? 'a secret' : found;
  throw configError(file, dotted(path), shown, expected, lineOf(path));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new OperatorError(
      'config-invalid',
      `${file} cannot be read; name a file that exists and that this user may read`,
      { file },
      error,
    );
  }
}

/** There are several where a value fits no schema of a union; the one of its own type has got furthest. */
function nearest(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const [first] = errors;
  if (first?.keyword !== 'type') return first;
  return errors.find(({ keyword }) => keyword !== 'type' && keyword !== 'anyOf') ?? first;
}

/** @param errors of which `error` is one */
function explain(error: ErrorObject, errors: readonly ErrorObject[], root: unknown): { path: string[]; found: unknown; expected: string } {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const { params } = error;
  if (error.keyword === 'required') return { path: [...path, String(params.missingProperty)], found: undefined, expected: 'it to be set' };
  if (error.keyword === 'additionalProperties') {
    const key = String(params.additionalProperty);
    return { path: [...path, key], found: at(root, [...path, key]), expected: 'no such key; remove it or correct its spelling' };
  }
  if (error.keyword === 'const') {
    const choices = errors.filter(({ keyword, instancePath }) => keyword === 'const' && instancePath === error.instancePath);
    return {
      path,
      found: at(root, path),
      expected: `one of ${choices.map((choice) => JSON.stringify(choice.params.allowedValue)).join(', ')}`,
    };
  }
  const described = descriptionOf(error);
  const expected =
    expectedOfUnion(errors.filter(({ instancePath }) => instancePath === error.instancePath)) ??
    `a value that ${error.message ?? 'fits'}${described === undefined ? '' : ` (${described})`}`;
  return { path, found: at(root, path), expected };
}

/** What a union says of itself, since each of its schemas alone would ask for too much. */
function expectedOfUnion(errors: readonly ErrorObject[]): string | undefined {
  const union = errors.findLast(({ keyword }) => keyword === 'anyOf');
  if (union === undefined) return undefined;
  const form = errors
    .filter(({ keyword }) => keyword !== 'anyOf')
    .map(descriptionOf)
    .find((text) => text !== undefined);
  const meaning = descriptionOf(union);
  return form === undefined || meaning === undefined ? (form ?? meaning) : `${form} (${meaning})`;
}

const descriptionOf = ({ parentSchema }: ErrorObject): string | undefined =>
  typeof parentSchema?.description === 'string' ? parentSchema.description : undefined;

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  );
}

/** `meters.3.address` as `meters[3].address`. */
const dotted = (path: readonly string[]): string =>
  path.reduce((text, part) => (/^\d+$/.test(part) ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '');
