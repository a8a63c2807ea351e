/** What a caller is told of a request that its schema refuses. */
import type { ErrorObject } from 'ajv';
import type { FastifySchemaValidationError } from 'fastify';
import type { ErrorCode } from '../kernel/error-codes.ts';
import type { ProblemDetails } from './problem-error.ts';

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
