/**
 * The HTTP face: schema in, one service call, a DTO or a problem out.
 *
 *   app            keys are looked up, callers are counted, errors become problems
 *   ├── open       /livez /readyz, the OpenAPI document and its page
 *   └── guarded    /api/v1/… and /metrics: every route names its scopes
 */
import { randomUUID } from 'node:crypto';
import fastifyHelmet from '@fastify/helmet';
import fastifyRateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { guardRoutes, identifyCallers } from './auth.ts';
import { buildSerializer, compileValidator } from './compilers.ts';
import { createDenialLog } from './denials.ts';
import type { ApiDeps } from './deps.ts';
import { SHARED_SCHEMAS } from './dto/shared-schemas.ts';
import { createKeyBook } from './key-book.ts';
import { collectOpenApi, openApiRoutes } from './openapi.ts';
import { ProblemError } from './problem-error.ts';
import { answerBadPath, answerWithProblems } from './problems.ts';
import { accountRoutes } from './routes/accounts.ts';
import { archiveRoutes } from './routes/archive.ts';
import { archiveWorkRoutes } from './routes/archive-work.ts';
import { billRoutes } from './routes/bills.ts';
import { caseRoutes } from './routes/cases.ts';
import { creditRoutes } from './routes/credit.ts';
import { creditStandingRoutes } from './routes/credit-standing.ts';
import { decisionRoutes } from './routes/decisions.ts';
import { enteredReadingRoutes } from './routes/entered-readings.ts';
import { entryRoutes } from './routes/entries.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { holdRoutes } from './routes/holds.ts';
import { keyRoutes } from './routes/keys.ts';
import { lineRoutes } from './routes/lines.ts';
import { markRoutes } from './routes/marks.ts';
import { meterInstallationRoutes } from './routes/meter-installations.ts';
import { meterRoutes } from './routes/meters.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { paymentRoutes } from './routes/payments.ts';
import { readRoutes } from './routes/reads.ts';
import { rechargeRoutes } from './routes/recharges.ts';
import { relayCommandRoutes } from './routes/relay-commands.ts';
import { reversalRoutes } from './routes/reversals.ts';
import { scanRoutes } from './routes/scans.ts';
import { supplyChangeRoutes } from './routes/supply-changes.ts';

/** No request of this API needs more. */
const BODY_LIMIT_BYTES = 16 * 1024;
/** A request that trickles in for longer is dropped. */
const REQUEST_TIMEOUT_MS = 30_000;
const PREFIX = { prefix: '/api/v1' };

const guardedRoutes: FastifyPluginAsync<ApiDeps> = async (app, deps) => {
  const denials = createDenialLog(deps);
  guardRoutes(app, denials);
  await app.register(metricsRoutes, deps);
  await app.register(async (api) => {
    await api.register(paymentRoutes, deps);
    await api.register(accountRoutes, deps);
    await api.register(holdRoutes, deps);
    await api.register(creditRoutes, deps);
    await api.register(creditStandingRoutes, deps);
    await api.register(entryRoutes, deps);
    await api.register(reversalRoutes, deps);
    await api.register(billRoutes, deps);
    await api.register(archiveRoutes, deps);
    await api.register(archiveWorkRoutes, deps);
    await api.register(supplyChangeRoutes, deps);
    await api.register(meterRoutes, deps);
    await api.register(enteredReadingRoutes, deps);
    await api.register(meterInstallationRoutes, deps);
    await api.register(readRoutes, deps);
    await api.register(relayCommandRoutes, { ...deps, denials });
    await api.register(decisionRoutes, deps);
    await api.register(rechargeRoutes, deps);
    await api.register(lineRoutes, deps);
    await api.register(scanRoutes, deps);
    await api.register(eventRoutes, deps);
    await api.register(caseRoutes, deps);
    await api.register(markRoutes, deps);
    await api.register(keyRoutes, deps);
  }, PREFIX);
};

/** Builds the API without listening, so that tests inject requests. */
export async function buildApi(deps: ApiDeps): Promise<FastifyInstance> {
  const { config, store, clock, logger, version } = deps;
  const app = createApp(config.tls);
  app.setValidatorCompiler(compileValidator);
  for (const schema of SHARED_SCHEMAS) app.addSchema(schema);
  identifyCallers(app, createKeyBook({ store, clock }), clock);
  await app.register(fastifyHelmet, { contentSecurityPolicy: { useDefaults: false, directives: { 'default-src': ["'none'"] } } });
  await app.register(fastifyRateLimit, {
    max: config.requestsPerMinute,
    timeWindow: 60_000,
    enableDraftSpec: true,
    keyGenerator: ({ apiKey, ip }) => (apiKey === undefined ? `address:${ip}` : `key:${apiKey.id}`),
    errorResponseBuilder: () => new ProblemError('rate-limited'),
  });
  answerWithProblems(app, logger);
  await collectOpenApi(app, version);
  await app.register(openApiRoutes);
  await app.register(healthRoutes, deps);
  await app.register(guardedRoutes, deps);
  return app;
}

function createApp(tls: ApiDeps['config']['tls']): FastifyInstance {
  const options = {
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => randomUUID(),
    frameworkErrors: answerBadPath,
    schemaController: { compilersFactory: { buildSerializer } },
  } as const;
  return tls === undefined ? Fastify(options) : Fastify({ ...options, https: tls });
}
