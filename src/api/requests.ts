/** What comes in by URL and header, the same on every route: closed objects, bounded texts. */
import Type from 'typebox';

export const closed = { additionalProperties: false } as const;

const ID = '^[\\x21-\\x7e]{1,64}$';
export const idField = (what: string) => Type.String({ pattern: ID, description: `${what}: up to 64 visible ASCII characters` });

export const IdParams = Type.Object({ id: idField('an id') }, closed);

const limit = Type.Integer({ minimum: 1, maximum: 500, default: 50, description: 'a whole number from 1 to 500' });
const cursor = Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$', description: 'the nextCursor of the page before' });

/** Fields of every paged list. */
export const paging = { limit: Type.Optional(limit), cursor: Type.Optional(cursor) };
export const PageQuery = Type.Object(paging, closed);

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.String({
    pattern: '^[\\x21-\\x7e]{1,255}$',
    description: '1 to 255 visible ASCII characters, one for each intent',
  }),
});

export const DEFAULT_LIMIT = 50;

interface PagingQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

export const pageAsk = ({ limit: items = DEFAULT_LIMIT, cursor: from }: PagingQuery) => ({ limit: items, cursor: from });

export const instantField = (what: string) =>
  Type.String({
    pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,3})?)?(Z|[+-]\\d\\d:\\d\\d)$',
    description: `${what}, an RFC 3339 instant as 2026-11-24T08:00:00Z`,
  });

export const amountField = () =>
  Type.String({ pattern: '^\\d{1,8}(\\.\\d{1,2})?$', description: 'yuan in whole fen as a decimal string, as "100.00"' });

/** Channels that the program itself books through: opening payments, and what a closing pays back. */
const OWN_CHANNELS = ['opening', 'refund'];

/** How a channel names what came or left through it. */
export const channelFields = {
  channel: Type.String({
    pattern: `^(?!(${OWN_CHANNELS.join('|')})$)[A-Za-z0-9][A-Za-z0-9._-]{0,31}$`,
    description: `the name of a channel: letters, digits, . _ -; not ${OWN_CHANNELS.join(' or ')}, which are the program's own`,
  }),
  channelSerial: Type.String({
    pattern: '^[\\x21-\\x7e]{1,128}$',
    description: "the channel's own number, 1 to 128 visible ASCII characters",
  }),
  channelDate: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$', description: "the channel's own date, as 2026-11-24" }),
};

export const reasonField = (what: string) =>
  Type.String({ pattern: '^\\S(.{0,198}\\S)?$', description: `${what}, in 1 to 200 characters` });
