/** What checks requests and writes answers is made from the schemas when the first one needs it: few of some 80 routes are used within minutes of a start. */
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import { Ajv, type ErrorObject } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';

const COMMON = { removeAdditional: false, useDefaults: true, allErrors: false, verbose: true, strict: true } as const;

/** A JSON body is taken as it is: a number where a decimal string belongs is refused, never converted. */
const bodies = new Ajv({ ...COMMON, coerceTypes: false });
/** A URL and headers carry texts only. */
const texts = new Ajv({ ...COMMON, coerceTypes: true });

export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const compiled = once(() => (httpPart === 'body' ? bodies : texts).compile(schema));
  return (data: unknown) => {
    const validate = compiled();
    return validate(data) || { error: validate.errors as ErrorObject[] };
  };
};

const selectSerializer = SerializerSelector();

/** Fastify's own, for the schemas that routes share. */
export const buildSerializer: typeof selectSerializer = (...shared) => {
  const compile = selectSerializer(...shared);
  return (route) => {
    const compiled = once(() => compile(route));
    return (answer) => compiled()(answer);
  };
};

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
