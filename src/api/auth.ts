/**
 * Who calls, and what they may do: a Bearer key, its scopes, and a record of every attempt that is denied.
 *
 *   onRequest    the key is looked up; nothing is refused yet, so that the rate limit counts the caller and not only the address
 *   preParsing   the route's scopes are asked for, before a body is read
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiKey, Scope } from '../core/model/api-key.ts';
import { AppError } from '../kernel/app-error.ts';
import { type Clock, formatInstant } from '../kernel/clock.ts';
import { type Actor, asId } from '../kernel/ids.ts';
import type { DenialLog } from './denials.ts';
import type { KeyBook } from './key-book.ts';
import { ProblemError } from './problem-error.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined where no key came with the request that is known and has not expired. */
    apiKey: ApiKey | undefined;
    /** The key that came with it, where that one has expired. */
    expiredKey: ApiKey | undefined;
    /** Looks the key up again, for what goes on for longer than a key may last. */
    identify(): Promise<void>;
  }
  interface FastifyContextConfig {
    /** Any one of them opens the route. */
    scopes?: readonly Scope[];
  }
}

const BEARER = /^Bearer ([\x21-\x7e]{1,256})$/i;
const ANONYMOUS = asId<Actor>('anonymous');

/** Looks up the key of every request of this app. */
export function identifyCallers(app: FastifyInstance, book: KeyBook, clock: Clock): void {
  app.decorateRequest('apiKey', undefined);
  app.decorateRequest('expiredKey', undefined);
  app.decorateRequest('identify', async function identify(this: FastifyRequest) {
    const token = BEARER.exec(this.headers.authorization ?? '')?.[1];
    const found = token === undefined ? undefined : await book.find(token);
    const hasExpired = found?.expiresAt !== undefined && found.expiresAt <= clock.now();
    this.apiKey = hasExpired ? undefined : found;
    this.expiredKey = hasExpired ? found : undefined;
  });
  app.addHook('onRequest', (request) => request.identify());
}

/** Closes every route of this scope to callers without one of its scopes; a route that names none is a mistake of ours. */
export function guardRoutes(app: FastifyInstance, denials: DenialLog): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.scopes === undefined) throw new AppError('invariant-violated', 'a guarded route names no scope', { method, url });
  });
  app.addHook('preParsing', async (request) => {
    const scopes = request.routeOptions.config.scopes ?? [];
    if (mayUse(request.apiKey, scopes)) return;
    await deny(request, denials, scopes);
  });
}

/** Asks for a scope that depends on what the request says. */
export async function requireScope(request: FastifyRequest, denials: DenialLog, scope: Scope): Promise<void> {
  if (!mayUse(request.apiKey, [scope])) await deny(request, denials, [scope]);
}

export function mayUse(apiKey: ApiKey | undefined, scopes: readonly Scope[]): boolean {
  return apiKey !== undefined && (apiKey.scopes.includes('admin') || scopes.some((scope) => apiKey.scopes.includes(scope)));
}

/** Who is written on what the request does. */
export function actorOf(request: FastifyRequest): Actor {
  if (request.apiKey === undefined) throw new AppError('invariant-violated', 'a request without a key came past the guard');
  return request.apiKey.name;
}

async function deny(request: FastifyRequest, denials: DenialLog, scopes: readonly Scope[]): Promise<never> {
  const action = `${request.method} ${request.routeOptions.url ?? 'unknown route'}`;
  const wanted = scopes.join(' or ');
  const { expiredKey } = request;
  if (expiredKey?.expiresAt !== undefined) {
    await denials.note({ actor: expiredKey.name, action, detail: `its key has expired, from ${request.ip}` });
    throw new ProblemError('unauthenticated', {
      detail: `This key expired at ${formatInstant(expiredKey.expiresAt)}: have a new one made`,
    });
  }
  if (request.apiKey === undefined) {
    await denials.note({ actor: ANONYMOUS, action, detail: `no known key, from ${request.ip}` });
    throw new ProblemError('unauthenticated', { detail: 'This needs the header Authorization: Bearer with a key that is known' });
  }
  await denials.note({ actor: request.apiKey.name, action, detail: `lacks the scope ${wanted}, from ${request.ip}` });
  throw new ProblemError('forbidden', { detail: `This needs the scope ${wanted}` });
}
