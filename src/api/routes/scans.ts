import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ScanRefusal } from '../../core/services/line-scans.ts';
import { asId } from '../../kernel/ids.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { ref } from '../dto/fields.ts';
import { type ScanDto, toScanDto } from '../dto/scan.ts';
import { refused } from '../parse.ts';
import { ProblemError } from '../problem-error.ts';
import { closed, IdParams } from '../requests.ts';

const DEFAULT_PROTOCOLS: readonly string[] = ['dlt645-2007', 'dlt645-1997', 'modbus-rtu'];
const FIRST_UNIT = 1;
const LAST_UNIT = 247;
const unit = (description: string, fallback: number) =>
  Type.Optional(Type.Integer({ minimum: FIRST_UNIT, maximum: LAST_UNIT, default: fallback, description }));

const ScanBody = Type.Object(
  {
    protocols: Type.Optional(
      Type.Array(Type.String({ maxLength: 32 }), {
        minItems: 1,
        maxItems: 8,
        uniqueItems: true,
        default: DEFAULT_PROTOCOLS,
        description: 'what to look for; modbus-tcp on sockets only, and only where it is named',
      }),
    ),
    firstUnit: unit('Modbus: the first unit that is asked', FIRST_UNIT),
    lastUnit: unit('Modbus: the last one', LAST_UNIT),
    thorough: Type.Optional(
      Type.Boolean({ default: false, description: 'DL/T 645: call every ending of an address even where one meter answers alone' }),
    ),
  },
  closed,
);

const tags = ['lines'];
const config = { scopes: ['lines:scan'] as const };

export const scanRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'scans'>> = async (app, { scans }) => {
  app.route({
    method: 'POST',
    url: '/lines/:id/scans',
    config,
    schema: {
      operationId: 'startScan',
      summary: 'Look for meters on a line beside its polls; Location names the scan',
      tags,
      params: IdParams,
      body: ScanBody,
      response: { 202: ref<ScanDto>('Scan') },
    },
    handler: async (request, reply) => {
      const { protocols = DEFAULT_PROTOCOLS, firstUnit = FIRST_UNIT, lastUnit = LAST_UNIT, thorough = false } = request.body;
      if (lastUnit < firstUnit) throw refused('lastUnit', 'a unit not below firstUnit');
      const order = { protocols, units: { from: firstUnit, to: lastUnit }, thorough };
      const started = await scans.start(asId(request.params.id), order, actorOf(request));
      if (!started.ok) throw problemOf(started.error, 'No line has this id');
      return reply.code(202).header('location', `/api/v1/scans/${started.value.id}`).send(toScanDto(started.value));
    },
  });

  app.route({
    method: 'GET',
    url: '/scans/:id',
    config,
    schema: {
      operationId: 'getScan',
      summary: 'One scan with its progress and what it has found; old ones are forgotten',
      tags,
      params: IdParams,
      response: { 200: ref<ScanDto>('Scan') },
    },
    handler: async ({ params }) => {
      const ticket = scans.find(asId(params.id));
      if (ticket === undefined) throw new ProblemError('not-found', { detail: FORGOTTEN });
      return toScanDto(ticket);
    },
  });

  app.route({
    method: 'POST',
    url: '/scans/:id/cancel',
    config,
    schema: {
      operationId: 'cancelScan',
      summary: 'End a scan after the exchange that is on the line; what it has found stays',
      tags,
      params: IdParams,
      response: { 200: ref<ScanDto>('Scan') },
    },
    handler: async (request) => {
      const cancelled = await scans.cancel(asId(request.params.id), actorOf(request));
      if (!cancelled.ok) throw problemOf(cancelled.error, FORGOTTEN);
      return toScanDto(cancelled.value);
    },
  });
};

const FORGOTTEN = 'No scan has this id, or it is no longer remembered';

function problemOf(refusal: ScanRefusal, notFound: string): ProblemError {
  if (refusal.code === 'bad-request') return refused('protocols', refusal.expected);
  if (refusal.code === 'not-found') return new ProblemError('not-found', { detail: notFound });
  if (refusal.code === 'in-progress') return new ProblemError('in-progress', { detail: 'This line is being scanned already' });
  return new ProblemError(refusal.code);
}
