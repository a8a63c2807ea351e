/** Schemas come in: what the texts of a URL may be read as, what a body must already be, and what a caller is told. */
import { Ajv, type ErrorObject } from 'ajv';
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import type { TSchema } from 'typebox';
import type { ErrorCode } from '../kernel/error-codes.ts';
import type { ProblemDetails } from './problem-error.ts';

const COMMON = { removeAdditional: false, useDefaults: true, allErrors: false, verbose: true, strict: true } as const;

/** A JSON body is taken as it is: a number where a decimal string belongs is refused, never converted. */
const bodies = new Ajv({ ...COMMON, coerceTypes: false });
/** A URL and headers carry texts only. */
const texts = new Ajv({ ...COMMON, coerceTypes: true });

export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? bodies : texts).compile(schema);

/** Names the field and what was expected, from the schema's own description; never the value. */
export function validationProblem(errors: readonly FastifySchemaValidationError[], part = 'body'): [ErrorCode, ProblemDetails] {
  // Of a choice each word complains first; the choice itself, which says them all, comes last.
  const error = (errors as readonly Partial<ErrorObject>[]).at(-1);
  const field = fieldOf(error);
  if (part === 'headers' && field === 'idempotency-key' && error?.keyword === 'required')
    return ['idempotency-key-missing', { field: 'Idempotency-Key', detail: 'The header Idempotency-Key is missing' }];
  if (field === '') return ['bad-request', { detail: `The ${part}: ${expectationOf(error)}` }];
  return ['bad-request', { field, detail: `The field ${field}: ${expectationOf(error)}` }];
}

function fieldOf(error: Partial<ErrorObject> | undefined): string {
  const parent = (error?.instancePath ?? '').split('/').filter((step) => step !== '');
  const child = error?.params?.missingProperty ?? error?.params?.additionalProperty;
  return [...parent, ...(typeof child === 'string' ? [child] : [])].join('.');
}

function expectationOf(error: Partial<ErrorObject> | undefined): string {
  if (error?.keyword === 'additionalProperties') return 'is not known here';
  if (error?.keyword === 'required') return 'is missing';
  if (error?.keyword === 'minItems') return `expected ${error.params?.limit} or more items`;
  if (error?.keyword === 'maxItems') return `expected ${error.params?.limit} items or fewer`;
  const description: unknown = error?.parentSchema?.description;
  return `expected ${typeof description === 'string' ? description : (error?.message ?? 'something else').replace(/^must be /, '')}`;
}
