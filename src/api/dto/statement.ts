import Type, { type Static } from 'typebox';
import type { Statement, StatementLine } from '../../core/ledger/statement.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { formatMoney, NO_MONEY, negateMoney } from '../../kernel/units.ts';
import { instant, text, yuan } from './fields.ts';

const Line = Type.Object({
  at: instant('When it was posted'),
  text: text('What it was, for the customer'),
  received: yuan('What came in; 0.00 where something went out'),
  charged: yuan('What went out; 0.00 where something came in'),
  balance: yuan('After this line'),
  entryId: text('The journal entry'),
});

export const StatementSchema = Type.Object(
  {
    accountId: text('Whose statement it is'),
    from: instant('Its first instant'),
    to: instant('Its end, not included'),
    openingBalance: yuan('Just before its first instant'),
    lines: Type.Array(Line, { description: 'In the order of the journal; opening balance and lines add up to the closing balance' }),
    received: yuan('Sum of what came in'),
    charged: yuan('Sum of what went out'),
    closingBalance: yuan('At its end'),
  },
  { $id: 'Statement' },
);
export type StatementDto = Static<typeof StatementSchema>;

export function toStatementDto(accountId: string, { from, to, opening, lines, closing }: Statement): StatementDto {
  const sumOf = (side: (line: StatementLine) => bigint) => formatMoney(lines.reduce((sum, line) => sum + side(line), 0n) as typeof opening);
  return {
    accountId,
    from: formatInstant(from),
    to: formatInstant(to),
    openingBalance: formatMoney(opening),
    lines: lines.map(toLine),
    received: sumOf(receivedOf),
    charged: sumOf(chargedOf),
    closingBalance: formatMoney(closing),
  };
}

const receivedOf = ({ amount }: StatementLine) => (amount > 0n ? amount : NO_MONEY);
const chargedOf = ({ amount }: StatementLine) => (amount < 0n ? negateMoney(amount) : NO_MONEY);

const toLine = (line: StatementLine): StatementDto['lines'][number] => ({
  at: formatInstant(line.at),
  text: textOf(line),
  received: formatMoney(receivedOf(line)),
  charged: formatMoney(chargedOf(line)),
  balance: formatMoney(line.balance),
  entryId: line.id,
});

/** A key is `kind:channel:date:serial` where money came or went through a channel. */
function textOf({ kind, key, businessDay, memo }: StatementLine): string {
  const [, channel = '', date = '', ...serial] = key.split(':');
  const through = `${channel} of ${date}, number ${serial.join(':')}`;
  switch (kind) {
    case 'payment':
      return channel === 'opening' ? 'Opening balance' : `Payment through ${through}`;
    case 'payout':
      return `Paid out through ${through}`;
    case 'charge':
      return `Electricity of ${businessDay ?? 'a day'}`;
    case 'assignment':
      return 'Payment that was found';
    case 'rebooking':
      return `Payment booked again: ${memo}`;
    case 'release':
      return 'Guarantee given back';
    case 'suspense':
    case 'guarantee':
    case 'promotion':
    case 'late-fee':
    case 'settlement':
      return memo;
    case 'reversal':
      return memo === '' ? 'Correction of an earlier entry' : `Correction: ${memo}`;
  }
}

const COLUMNS = ['at', 'text', 'received', 'charged', 'balance', 'entryId'] as const;

/** As RFC 4180 has it, a heading first; the balances before and after stand in lines of their own. */
export function statementCsv({ from, to, openingBalance, lines, received, charged, closingBalance }: StatementDto): string {
  const rows: readonly (readonly string[])[] = [
    COLUMNS,
    [from, 'Balance brought forward', '', '', openingBalance, ''],
    ...lines.map((line) => COLUMNS.map((column) => line[column])),
    [to, 'Balance carried forward', received, charged, closingBalance, ''],
  ];
  return rows.map((row) => `${row.map(quoted).join(',')}\r\n`).join('');
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
