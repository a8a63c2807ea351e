import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { MarkKind } from '../../core/model/mark.ts';
import { MARKS_OF, type MarkedKind, type MarkOrder } from '../../core/services/mark-service.ts';
import type { Actor } from '../../kernel/ids.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { ref } from '../dto/fields.ts';
import { type MarkDto, toMarkDto } from '../dto/mark.ts';
import { ProblemError } from '../problem-error.ts';
import { closed, idField, reasonField } from '../requests.ts';

const config = { scopes: ['marks:write'] } as const;
const tags = ['marks'];
const Body = Type.Object({ reason: reasonField('why') }, closed);

const PLACES = [
  {
    of: 'account',
    url: '/accounts/:id',
    name: 'Account',
    id: idField('an account id'),
    does: 'protected, disputed or pending-debit: no trip for money',
  },
  {
    of: 'meterPoint',
    url: '/meter-points/:id',
    name: 'MeterPoint',
    id: idField('a meter point id'),
    does: 'lock-out: people are at work, and nothing closes the relay',
  },
  { of: 'site', url: '/site', name: 'Site', id: undefined, does: 'limiter-halted or channel-down: no trip for money anywhere' },
] as const satisfies readonly { readonly of: MarkedKind; readonly [field: string]: unknown }[];

interface Asked {
  readonly id?: string;
  readonly kind: MarkKind;
}

export const markRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store' | 'marks'>> = async (app, { store, marks }) => {
  app.route({
    method: 'GET',
    url: '/marks',
    config: { scopes: ['meters:read'] },
    schema: {
      operationId: 'listMarks',
      summary: 'Every mark that is set: what holds trips or forbids closing, since when and by whom',
      tags,
      response: { 200: Type.Object({ items: Type.Array(ref<MarkDto>('Mark')) }) },
    },
    handler: async () => ({ items: (await store.read('marks', {})).map(toMarkDto) }),
  });

  for (const { of, url, name, id, does } of PLACES) {
    const kinds: readonly MarkKind[] = MARKS_OF[of];
    const kind = Type.Unsafe<MarkKind>(Type.String({ pattern: `^(${kinds.join('|')})$`, description: kinds.join(' or ') }));
    const params = Type.Unsafe<Asked>(Type.Object(id === undefined ? { kind } : { id, kind }, closed));
    const orderOf = (asked: Asked, reason: string, actor: Actor): MarkOrder => ({
      of,
      id: asked.id ?? '',
      kind: asked.kind,
      reason,
      actor,
    });

    app.route({
      method: 'PUT',
      url: `${url}/marks/:kind`,
      config,
      schema: {
        operationId: `set${name}Mark`,
        summary: `Set a mark, ${does}`,
        tags,
        params,
        body: Body,
        response: { 200: ref<MarkDto>('Mark') },
      },
      handler: async (request) => {
        const outcome = await marks.set(orderOf(request.params, request.body.reason, actorOf(request)));
        if (!outcome.ok) throw markProblem(outcome.error.code);
        return toMarkDto(outcome.value);
      },
    });

    app.route({
      method: 'POST',
      url: `${url}/marks/:kind/lift`,
      config,
      schema: {
        operationId: `lift${name}Mark`,
        summary: 'Lift a mark; what it held is decided anew. One that is not set is as good as lifted',
        tags,
        params,
        body: Body,
        response: { 204: Type.Null() },
      },
      handler: async (request, reply) => {
        const outcome = await marks.lift(orderOf(request.params, request.body.reason, actorOf(request)));
        if (!outcome.ok) throw markProblem(outcome.error.code);
        return reply.code(204).send(null);
      },
    });
  }
};

const markProblem = (code: 'not-found' | 'no-space' | 'overloaded' | 'conflict'): ProblemError =>
  new ProblemError(code, code === 'not-found' ? { detail: 'No account or meter point has this id' } : {});
