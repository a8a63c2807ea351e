import Type, { type Static } from 'typebox';
import type { TermDto } from './decision.ts';
import { listOf, text } from './fields.ts';

/** RFC 9457, with what an operator needs beside it. */
export const ProblemSchema = Type.Object(
  {
    type: text('Identity of the kind of problem, as urn:feikong:error:bad-request'),
    title: text('What the code means'),
    status: Type.Integer({ description: 'HTTP status' }),
    detail: text('What is wrong with this request'),
    instance: text('Path of the request'),
    code: text('Stable code, one of the table of errors'),
    field: Type.Optional(text('The field that is to blame')),
    terms: Type.Optional(listOf<TermDto>('Term', 'Of a refused command: every term of the decision')),
    retryable: Type.Boolean({ description: 'Whether the same request may succeed later' }),
    traceId: text('Names this request in the log'),
    remedy: text('What to do about it'),
  },
  { $id: 'Problem', additionalProperties: false },
);
export type ProblemDto = Static<typeof ProblemSchema>;
