import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { mayUse } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { type EventDto, toEventDto } from '../dto/event.ts';
import { listOf } from '../dto/fields.ts';
import { streamEvents } from '../event-stream.ts';
import { ProblemError } from '../problem-error.ts';
import { closed, DEFAULT_LIMIT, paging } from '../requests.ts';

const afterField = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'the eventId of the last event that is known',
});
const types = Type.String({
  pattern: '^[a-zA-Z][a-zA-Z.-]{0,63}(,[a-zA-Z][a-zA-Z.-]{0,63}){0,31}$',
  description: 'up to 32 types with commas between, as payment.posted,command.confirmed',
});
const EventsQuery = Type.Object({ after: Type.Optional(afterField), limit: paging.limit, types: Type.Optional(types) }, closed);
const StreamQuery = Type.Object({ after: Type.Optional(afterField), types: Type.Optional(types) }, closed);
const StreamHeaders = Type.Object({
  'last-event-id': Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', description: 'the eventId of the last event that arrived' })),
});
const EventsPage = Type.Object({
  items: listOf<EventDto>('Event', 'Oldest first'),
  nextAfter: Type.String({ description: 'What to send as after to go on from here' }),
});

/** Streams open at the same time; each holds one batch of events at most. */
const STREAM_LIMIT = 64;
const config = { scopes: ['events:read'] as const };
const tags = ['events'];

export const eventRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store' | 'clock'>> = async (app, { store, clock }) => {
  const stopping = new AbortController();
  let openStreams = 0;
  app.addHook('preClose', async () => stopping.abort());

  app.route({
    method: 'GET',
    url: '/events',
    config,
    schema: {
      operationId: 'listEvents',
      summary: 'Sealed events after a place, oldest first',
      tags,
      querystring: EventsQuery,
      response: { 200: EventsPage },
    },
    handler: async ({ query }) => {
      const from = query.after ?? 0;
      const events = await store.read('events', { after: from, limit: query.limit ?? DEFAULT_LIMIT, types: query.types?.split(',') });
      return { items: events.map(toEventDto), nextAfter: String(events.at(-1)?.seq ?? from) };
    },
  });

  app.route({
    method: 'GET',
    url: '/events/stream',
    exposeHeadRoute: false,
    config,
    schema: {
      operationId: 'streamEvents',
      summary: 'Events as they are committed (server-sent events); Last-Event-ID or after resumes, else it begins with what comes now',
      tags,
      headers: StreamHeaders,
      querystring: StreamQuery,
      produces: ['text/event-stream'],
    },
    handler: async (request, reply) => {
      if (openStreams >= STREAM_LIMIT) throw new ProblemError('overloaded', { detail: `${STREAM_LIMIT} event streams are open already` });
      const closing = new AbortController();
      openStreams += 1;
      reply.raw.once('close', () => {
        openStreams -= 1;
        closing.abort();
      });
      const lastEventId = request.headers['last-event-id'];
      const signal = AbortSignal.any([stopping.signal, closing.signal]);
      const after = lastEventId === undefined ? request.query.after : Number(lastEventId);
      const begin = after ?? (await store.read('lastSeq', {}));
      const mayListen = async () => {
        await request.identify();
        return mayUse(request.apiKey, config.scopes);
      };
      const events = streamEvents({ store, clock, after: begin, types: request.query.types?.split(','), mayListen, signal });
      return reply
        .type('text/event-stream')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .header('connection', 'close')
        .send(Readable.from(events));
    },
  });
};
