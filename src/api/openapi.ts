import fastifyHelmet from '@fastify/helmet';
import fastifySwagger from '@fastify/swagger';
import scalarReference from '@scalar/fastify-api-reference';
import type { FastifyInstance, FastifyPluginAsync, FastifySchema } from 'fastify';
import type { Scope } from '../core/model/api-key.ts';

/** Collects the OpenAPI document from the schemas of the routes that are registered after it. */
export async function collectOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Feikong',
        version,
        description:
          'Smart-meter head-end and prepaid fee control. Money and energy are decimal strings in yuan and kWh, instants RFC 3339 in UTC, errors RFC 9457 problems with a stable code.',
      },
      servers: [{ url: '/' }],
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key made by feikong key create' } } },
      security: [{ key: [] }],
    },
    transform: ({ schema, url, route }) => ({ schema: documented(schema, route.config?.scopes), url }),
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, index) => (typeof json.$id === 'string' ? json.$id : `schema-${index}`),
    },
  });
}

/** What every route has and none repeats: its scopes, and the problem that every other answer is. No serializer is made for it. */
function documented(schema: FastifySchema, scopes: readonly Scope[] | undefined): FastifySchema {
  if (schema.hide === true) return schema;
  const response = { ...(schema.response ?? STREAM), '4xx': PROBLEM, '5xx': PROBLEM };
  return { ...schema, response, ...(scopes === undefined ? {} : { description: `Needs the scope ${scopes.join(' or ')}` }) };
}

const PROBLEM = { description: 'A problem', content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } } };
/** An answer that no schema describes. */
const STREAM = { 200: { description: 'Text', type: 'string' } };

const DOCS = '/api/v1/docs';
const DOCUMENT = '/api/v1/openapi.json';

/** The page carries an inline script and inline styles of its own. */
const PAGE_POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'", "'unsafe-inline'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};

/** The document and the page that browses it; both are open, and neither loads anything from elsewhere. */
export const openApiRoutes: FastifyPluginAsync = async (app) => {
  await app.register(fastifyHelmet, { contentSecurityPolicy: { useDefaults: false, directives: PAGE_POLICY } });
  let document: string | undefined;
  app.get(DOCUMENT, { schema: { hide: true } }, async (_, reply) => {
    document ??= JSON.stringify(app.swagger());
    return reply.type('application/json').send(document);
  });
  await app.register(scalarReference, {
    routePrefix: DOCS,
    configuration: {
      url: DOCUMENT,
      pageTitle: 'Feikong API',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
    },
  });
};
