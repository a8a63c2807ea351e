import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Scope } from '../../core/model/api-key.ts';
import type { CommandError } from '../../core/services/command-service.ts';
import { asId, type CommandId, type MeterId } from '../../kernel/ids.ts';
import { actorOf, requireScope } from '../auth.ts';
import type { DenialLog } from '../denials.ts';
import type { ApiDeps } from '../deps.ts';
import { pageOf, ref, toPage } from '../dto/fields.ts';
import { type RelayCommandDetailDto, type RelayCommandDto, toRelayCommandDetailDto, toRelayCommandDto } from '../dto/relay-command.ts';
import { parseInstantField } from '../parse.ts';
import { ProblemError } from '../problem-error.ts';
import { closed, IdempotencyHeaders, IdParams, idField, instantField, pageAsk, paging, reasonField } from '../requests.ts';

const CommandBody = Type.Object(
  {
    action: Type.Unsafe<'trip' | 'arm' | 'close' | 'restore'>({
      type: 'string',
      enum: ['trip', 'arm', 'close', 'restore'],
      description: 'trip, arm, close or restore; restore does what the contract says',
    }),
    reason: reasonField('why'),
    expiresAt: Type.Optional(instantField('when no frame may leave any more; absent: as the rule set says')),
  },
  closed,
);
const CommandsQuery = Type.Object({ ...paging, meterId: Type.Optional(idField('a meter id')) }, closed);

/** Which of the two is needed depends on the action. */
const OPERATE = ['relay:trip', 'relay:restore'] as const satisfies readonly Scope[];
const tags = ['relays'];

type CommandRouteDeps = Pick<ApiDeps, 'store' | 'commands'> & { readonly denials: DenialLog };

export const relayCommandRoutes: FastifyPluginAsyncTypebox<CommandRouteDeps> = async (app, { store, commands, denials }) => {
  const findCommand = async (commandId: CommandId) => {
    const found = await store.read('command', { commandId });
    if (found === undefined) throw new ProblemError('not-found', { detail: 'No relay command has this id' });
    return found;
  };

  app.route({
    method: 'POST',
    url: '/meters/:id/relay-commands',
    config: { scopes: OPERATE },
    schema: {
      operationId: 'requestRelayCommand',
      summary: 'Ask for a relay command; Location names it, its state says how far it has come',
      tags,
      params: IdParams,
      headers: IdempotencyHeaders,
      body: CommandBody,
      response: { 202: ref<RelayCommandDto>('RelayCommand') },
    },
    handler: async (request, reply) => {
      const { action, reason, expiresAt } = request.body;
      await requireScope(request, denials, action === 'trip' ? 'relay:trip' : 'relay:restore');
      const outcome = await commands.request({
        meterId: asId(request.params.id),
        action,
        reason,
        expiresAt: parseInstantField(expiresAt, 'expiresAt'),
        idempotencyKey: request.headers['idempotency-key'],
        actor: actorOf(request),
      });
      if (!outcome.ok) throw commandProblem(outcome.error, 'No meter has this id');
      const { value, replayed } = outcome.value;
      if (replayed) reply.header('idempotency-replayed', 'true');
      return reply.code(202).header('location', `/api/v1/relay-commands/${value.id}`).send(toRelayCommandDto(value));
    },
  });

  app.route({
    method: 'GET',
    url: '/relay-commands',
    config: { scopes: ['meters:read'] },
    schema: {
      operationId: 'listRelayCommands',
      summary: 'Relay commands, newest first',
      tags,
      querystring: CommandsQuery,
      response: { 200: pageOf<RelayCommandDto>('RelayCommand') },
    },
    handler: async ({ query }) => {
      const meterId = query.meterId === undefined ? undefined : asId<MeterId>(query.meterId);
      return toPage(await store.read('commands', { ...pageAsk(query), meterId }), toRelayCommandDto);
    },
  });

  app.route({
    method: 'GET',
    url: '/relay-commands/:id',
    config: { scopes: ['meters:read', ...OPERATE] },
    schema: {
      operationId: 'getRelayCommand',
      summary: 'One relay command with its time line and the terms of its decision',
      tags,
      params: IdParams,
      response: { 200: ref<RelayCommandDetailDto>('RelayCommandDetail') },
    },
    handler: async ({ params }) => toRelayCommandDetailDto(await findCommand(asId(params.id))),
  });

  app.route({
    method: 'POST',
    url: '/relay-commands/:id/cancel',
    config: { scopes: OPERATE },
    schema: {
      operationId: 'cancelRelayCommand',
      summary: 'Withdraw a relay command that no frame has left for',
      tags,
      params: IdParams,
      response: { 200: ref<RelayCommandDto>('RelayCommand') },
    },
    handler: async (request) => {
      const { command } = await findCommand(asId(request.params.id));
      // Whoever may open or close may withdraw a trip; withdrawing a restore leaves somebody in the dark.
      if (command.action !== 'trip') await requireScope(request, denials, 'relay:restore');
      const outcome = await commands.cancel(command.id, actorOf(request));
      if (!outcome.ok) throw commandProblem(outcome.error, 'No relay command has this id');
      return toRelayCommandDto(outcome.value);
    },
  });
};

function commandProblem(error: CommandError, notFound: string): ProblemError {
  if (error.code === 'not-found') return new ProblemError(error.code, { detail: notFound });
  if (error.code !== 'command-refused') return new ProblemError(error.code, error.code === 'command-expired' ? { field: 'expiresAt' } : {});
  const unmet = error.terms.filter(({ verdict }) => verdict === 'unmet').map(({ name }) => name);
  return new ProblemError(error.code, { detail: `Not met: ${unmet.join(', ')}`, terms: error.terms });
}
