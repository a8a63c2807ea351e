import fastifyHelmet from '@fastify/helmet';
import fastifySwagger from '@fastify/swagger';
import scalarReference from '@scalar/fastify-api-reference';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';

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
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, index) => (typeof json.$id === 'string' ? json.$id : `schema-${index}`),
    },
  });
}

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
    configuration: { url: DOCUMENT, pageTitle: 'Feikong API', withDefaultFonts: false, telemetry: false, hideClientButton: true },
  });
};
