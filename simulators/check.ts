import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import type { Static, TSchema } from 'typebox';
import { OperatorError } from '../src/kernel/app-error.ts';

/**
 * A value from outside, checked against its schema, defaults filled in.
 *
 * @param source what to call the value in an error: a file, an argument
 * @errors config-invalid, thrown for the person at the keyboard: names the path, the value and what was expected
 */
export function check<Schema extends TSchema>(schema: Schema, value: unknown, source: string): Static<Schema> {
  const validate = compile(schema);
  if (validate(value)) return value;
  throw new OperatorError('config-invalid', `${source}: ${explain(validate.errors?.at(-1))}`, { source });
}

/** A guard for what other programs send, where a mistake is noise and nobody is told. */
export function accepts<Schema extends TSchema>(schema: Schema): (value: unknown) => value is Static<Schema> {
  return compile(schema);
}

function compile<Schema extends TSchema>(schema: Schema) {
  return new Ajv2020({ useDefaults: true, strict: false, verbose: true }).compile<Static<Schema>>(schema);
}

function explain(error: ErrorObject | undefined): string {
  if (error === undefined) return 'is not what was expected';
  const path = error.instancePath
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.')
    .replace(/^\./, '');
  const { missingProperty, additionalProperty } = error.params;
  const below = (key: unknown) => (path === '' ? String(key) : `${path}.${String(key)}`);
  if (error.keyword === 'required') return `${below(missingProperty)} is missing; expected it to be set`;
  if (error.keyword === 'additionalProperties') return `${below(additionalProperty)} is no known key; remove it or correct its spelling`;
  const description: unknown = error.parentSchema?.description;
  const expected = typeof description === 'string' ? description : (error.message ?? 'something else');
  return `${path === '' ? 'the value' : path} is ${JSON.stringify(error.data)?.slice(0, 80)}; expected ${expected}`;
}
