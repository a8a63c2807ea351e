import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { believedAt } from '../../core/archive/in-force.ts';
import {
  ARCHIVE_KINDS,
  type ArchiveKind,
  type ArchiveSubject,
  ASPECTS,
  type AspectName,
  BEGINNING,
  subjectOf,
} from '../../core/model/archive.ts';
import type { ArchiveView } from '../../core/ports/queries.ts';
import type { CorrectionError } from '../../core/services/archive-book.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { correctionBody, withPersonalNumbers } from '../aspect-bodies.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { type ArchiveFactDto, type ArchiveSubjectDto, toFactDto, toSubjectDto } from '../dto/archive.ts';
import { listOf, pageOf, ref, toPage } from '../dto/fields.ts';
import { parseInstantField } from '../parse.ts';
import { ProblemError } from '../problem-error.ts';
import { closed, IdParams, instantField, pageAsk, paging } from '../requests.ts';

const AtQuery = Type.Object({ at: Type.Optional(instantField('the instant that is asked for; absent: now')) }, closed);
const ListQuery = Type.Object({ ...paging, ...AtQuery.properties }, closed);
const HistoryQuery = Type.Object({ at: Type.Optional(instantField('only what was believed then')) }, closed);
const IfMatch = Type.Object({
  'if-match': Type.String({ pattern: '^"\\d{1,15}"$', description: 'the ETag that was seen, "0" of what is new' }),
});
const FindBody = Type.Object({ text: Type.String({ minLength: 1, maxLength: 200, description: 'a whole number or address' }) }, closed);

const READ = { scopes: ['archive:read', 'archive:write'] as const };
const WRITE = { scopes: ['archive:write'] as const };
const PERSONAL = { scopes: ['personal:read'] as const };
const tags = ['archive'];
const PATHS: Readonly<Record<ArchiveKind, { readonly path: string; readonly name: string; readonly what: string }>> = {
  customer: { path: '/customers', name: 'Customer', what: 'customer' },
  contract: { path: '/contracts', name: 'Contract', what: 'contract' },
  meterPoint: { path: '/meter-points', name: 'MeterPoint', what: 'meter point' },
  feeder: { path: '/feeders', name: 'Feeder', what: 'feeder' },
  district: { path: '/districts', name: 'District', what: 'district' },
  tariff: { path: '/tariffs', name: 'Tariff', what: 'tariff of the configuration' },
};
const one = ref<ArchiveSubjectDto>('ArchiveSubject');

type Deps = Pick<ApiDeps, 'store' | 'archive' | 'clock'>;

export const archiveRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, deps) => {
  for (const kind of ARCHIVE_KINDS) await app.register(kindRoutes(kind), deps);
  await app.register(personalRoutes, deps);
};

const kindRoutes = (kind: ArchiveKind): FastifyPluginAsyncTypebox<Deps> => {
  const { path, name, what } = PATHS[kind];
  return async (app, { store, archive, clock }) => {
    const viewOf = async (id: string): Promise<ArchiveView> => {
      const view = await store.read('archiveView', { subject: subjectOf(kind, id) });
      if (view === undefined) throw new ProblemError('not-found', { detail: `No ${what} has this id` });
      return view;
    };
    const answered = (reply: FastifyReply, view: ArchiveView, at = clock.now()) => {
      reply.header('etag', `"${view.version}"`);
      return toSubjectDto(view, at, archive.shown);
    };

    app.route({
      method: 'GET',
      url: path,
      config: READ,
      schema: {
        operationId: `list${name}s`,
        summary: `Every ${what}, and what holds of it`,
        tags,
        querystring: ListQuery,
        response: { 200: pageOf<ArchiveSubjectDto>('ArchiveSubject') },
      },
      handler: async ({ query }) => {
        const at = parseInstantField(query.at, 'at') ?? clock.now();
        return toPage(await store.read('archiveViews', { ...pageAsk(query), kind }), (view) => toSubjectDto(view, at, archive.shown));
      },
    });

    app.route({
      method: 'GET',
      url: `${path}/:id`,
      config: READ,
      schema: {
        operationId: `get${name}`,
        summary: `What holds of one ${what}, now or at an instant`,
        tags,
        params: IdParams,
        querystring: AtQuery,
        response: { 200: one },
      },
      handler: async ({ params, query }, reply) => answered(reply, await viewOf(params.id), parseInstantField(query.at, 'at')),
    });

    app.route({
      method: 'GET',
      url: `${path}/:id/history`,
      config: READ,
      schema: {
        operationId: `get${name}History`,
        summary: `Everything that was ever said of one ${what}, oldest first: what held when, who said so, and until when it was believed`,
        tags,
        params: IdParams,
        querystring: HistoryQuery,
        response: { 200: Type.Object({ items: listOf<ArchiveFactDto>('ArchiveFact', 'All of it') }) },
      },
      handler: async ({ params, query }) => {
        const { subject } = await viewOf(params.id);
        const at = parseInstantField(query.at, 'at');
        const all = await store.read('archiveHistory', { subject });
        const facts = at === undefined ? all : believedAt(all, at);
        return { items: facts.map((fact) => toFactDto(fact, archive.shown)) };
      },
    });

    for (const aspect of aspectsOf(kind)) {
      app.route({
        method: 'PUT',
        url: `${path}/:id/${kebab(aspect)}`,
        config: WRITE,
        schema: {
          operationId: `correct${name}${aspect.charAt(0).toUpperCase()}${aspect.slice(1)}`,
          summary: `Say what is to be believed of the ${kebab(aspect)} of one ${what}, over all time; what was believed before is kept`,
          tags,
          params: IdParams,
          headers: IfMatch,
          body: correctionBody(aspect),
          response: { 200: one },
        },
        handler: async (request, reply) => {
          const { periods, reason } = request.body;
          const outcome = await archive.correct({
            subject: subjectOf(kind, request.params.id),
            aspect,
            periods: periods.map(({ from, to, value }, index) => ({
              from: parseInstantField(from, 'periods.from') ?? BEGINNING,
              to: parseInstantField(to, 'periods.to'),
              value: withPersonalNumbers(value, `periods.${index}.value`),
            })),
            reason,
            actor: actorOf(request),
            version: Number(request.headers['if-match'].slice(1, -1)),
          });
          if (!outcome.ok) throw correctionProblem(outcome.error);
          return answered(reply, outcome.value);
        },
      });
    }
  };
};

const personalRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, { archive }) => {
  app.route({
    method: 'GET',
    url: '/customers/:id/personal',
    config: PERSONAL,
    schema: {
      operationId: 'revealCustomer',
      summary: 'Personal numbers of a customer in full; who has seen them is recorded',
      tags,
      params: IdParams,
      response: { 200: Type.Object({ items: Type.Array(Type.Unsafe<object>({ type: 'object', additionalProperties: true })) }) },
    },
    handler: async (request) => {
      const facts = await archive.reveal(subjectOf('customer', request.params.id), actorOf(request));
      if (facts === undefined) throw new ProblemError('not-found', { detail: 'No customer has this id' });
      const since = (from: (typeof facts)[number]['from']) => (from === BEGINNING ? null : formatInstant(from));
      return {
        items: facts.map(({ aspect, from, to, value }) => ({
          aspect,
          from: since(from),
          to: to === undefined ? null : formatInstant(to),
          value,
        })),
      };
    },
  });

  app.route({
    method: 'POST',
    url: '/customers/searches',
    config: PERSONAL,
    schema: {
      operationId: 'findCustomers',
      summary: 'Whose a personal number is; who has asked is recorded',
      tags,
      body: FindBody,
      response: { 200: Type.Object({ items: Type.Array(Type.String({ description: 'A customer id' })) }) },
    },
    handler: async (request) => {
      const found = await archive.find(request.body.text, actorOf(request));
      return { items: found.map((subject: ArchiveSubject) => subject.slice(subject.indexOf(':') + 1)) };
    },
  });
};

const aspectsOf = (kind: ArchiveKind): readonly AspectName[] =>
  (Object.keys(ASPECTS) as AspectName[]).filter((aspect) => ASPECTS[aspect].of === kind);
const kebab = (aspect: string): string => aspect.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function correctionProblem(error: CorrectionError): ProblemError {
  return new ProblemError(error.code, 'detail' in error ? { field: 'periods', detail: error.detail } : {});
}
