import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { EXCEPTION_LISTS } from '../../core/archive/exceptions.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { type ArchiveExceptionDto, type ArchiveImportDto, toChangeDto, toExceptionDto } from '../dto/archive.ts';
import { pageOf, ref, toPage } from '../dto/fields.ts';
import { ProblemError } from '../problem-error.ts';
import { closed, PageQuery, pageAsk } from '../requests.ts';

const ExceptionParams = Type.Object(
  {
    list: Type.Union(
      EXCEPTION_LISTS.map((list) => Type.Literal(list)),
      { description: `one of ${EXCEPTION_LISTS.join(', ')}` },
    ),
  },
  closed,
);
const flag = (description: string) => Type.Optional(Type.Boolean({ default: false, description }));
const ImportQuery = Type.Object({ dryRun: flag('true or false'), skipBadRows: flag('true or false') }, closed);

/** Some 50,000 rows. */
const FILE_LIMIT_BYTES = 16 * 1024 * 1024;
/** Changes that an answer names one by one; their number is always told. */
const CHANGES_SHOWN = 500;

/** What an archive is worked on with: lists of what is missing, and files of the marketing system. */
export const archiveWorkRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'archive' | 'importArchive'>> = async (
  app,
  { archive, importArchive },
) => {
  app.route({
    method: 'GET',
    url: '/archive-exceptions/:list',
    config: { scopes: ['archive:read', 'archive:write'] },
    schema: {
      operationId: 'listArchiveExceptions',
      summary: 'Meter points whose archive lacks something, or that should pay before use and do not, each with what to do',
      tags: ['archive'],
      params: ExceptionParams,
      querystring: PageQuery,
      response: { 200: pageOf<ArchiveExceptionDto>('ArchiveException') },
    },
    handler: async ({ params, query }) => toPage(await archive.exceptions(params.list, pageAsk(query)), toExceptionDto),
  });

  app.addContentTypeParser('text/csv', { parseAs: 'buffer', bodyLimit: FILE_LIMIT_BYTES }, (_, body, done) => done(null, body));
  app.route({
    method: 'POST',
    url: '/archive-imports',
    bodyLimit: FILE_LIMIT_BYTES,
    config: { scopes: ['archive:write'] },
    schema: {
      operationId: 'importArchive',
      summary:
        'Customers, contracts and meter points from a CSV file (text/csv); nothing of a file with a bad row is stored unless skipBadRows',
      tags: ['archive'],
      consumes: ['text/csv'],
      querystring: ImportQuery,
      response: { 200: ref<ArchiveImportDto>('ArchiveImport') },
    },
    handler: async (request) => {
      const { body } = request;
      if (!(body instanceof Uint8Array)) throw new ProblemError('unsupported-media-type', { detail: 'Send the file as text/csv' });
      const { dryRun = false, skipBadRows = false } = request.query;
      const outcome = await importArchive({ bytes: body, dryRun, skipBadRows, actor: actorOf(request) });
      if (!outcome.ok) throw new ProblemError(outcome.error.code, 'detail' in outcome.error ? { detail: outcome.error.detail } : {});
      const { report, file } = outcome.value;
      return {
        stored: report.stored,
        dryRun,
        rows: file.count,
        ignoredColumns: [...file.ignored],
        unchanged: report.unchanged,
        changed: report.changes.length,
        changes: report.changes.slice(0, CHANGES_SHOWN).map(toChangeDto),
        errors: [...report.errors],
      };
    },
  });
};
