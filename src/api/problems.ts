/** The one place where an error becomes an answer: RFC 9457, its code from the one table, and nothing that an attacker could use. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../kernel/app-error.ts';
import { ERROR_CODES } from '../kernel/error-codes.ts';
import type { Logger } from '../kernel/logger.ts';
import { collectAllowedMethods } from './allowed-methods.ts';
import type { ProblemDto } from './dto/problem.ts';
import { ProblemError } from './problem-error.ts';
import { validationProblem } from './validation.ts';

const PROBLEM_TYPE = 'application/problem+json';

export function answerWithProblems(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error);
    if (problem.code === 'internal') logger.error({ error, traceId: request.id, route: request.routeOptions.url }, 'a request failed');
    return sendProblem(request, reply, problem);
  });
  const allowedMethods = collectAllowedMethods(app);
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) => {
    const allowed = allowedMethods(pathOf(request));
    if (allowed.length === 0) return sendProblem(request, reply, new ProblemError('not-found', { detail: 'No route has this path' }));
    const detail = `This path takes ${allowed.join(', ')}`;
    return sendProblem(request, reply.header('allow', allowed.join(', ')), new ProblemError('method-not-allowed', { detail }));
  });
}

/** Of a path that leads to no route, not even to the one of what is not found. */
export function answerBadPath(_: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(request, reply, new ProblemError('bad-request', { detail: 'The path is not well formed, or a part of it is too long' }));
}

function problemOf(error: FastifyError | ProblemError | AppError): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof AppError) return brokenPromise(error);
  if (error.validation !== undefined) return new ProblemError(...validationProblem(error.validation, error.validationContext));
  return frameworkProblem(error);
}

/** The caller learns that the store has no room or cannot be reached, or that a cursor is of another list; nothing else. */
function brokenPromise({ code }: AppError): ProblemError {
  const { status } = ERROR_CODES[code];
  if (code === 'bad-request') return new ProblemError(code, { field: 'cursor', detail: 'The cursor is none of this list' });
  return new ProblemError(status === 503 || status === 507 ? code : 'internal');
}

/** What Fastify itself refuses before a route sees it. */
function frameworkProblem({ code, statusCode }: FastifyError): ProblemError {
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new ProblemError('too-large');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new ProblemError('unsupported-media-type');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new ProblemError('bad-request', { detail: 'The body is not valid JSON, or the request is malformed' });
  return new ProblemError('internal');
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? '';

function sendProblem(request: FastifyRequest, reply: FastifyReply, { code, details }: ProblemError): FastifyReply {
  const { status, meaning, retryable, remedy } = ERROR_CODES[code];
  const problem: ProblemDto = {
    type: `urn:feikong:error:${code}`,
    title: meaning,
    status,
    detail: details.detail ?? meaning,
    instance: pathOf(request),
    code,
    ...(details.field === undefined ? {} : { field: details.field }),
    ...(details.terms === undefined ? {} : { terms: [...details.terms] }),
    retryable,
    traceId: request.id,
    remedy,
  };
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}
