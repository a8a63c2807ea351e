/** Bills of tests: a price plan and an input as files, and the answer as the command line gives it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { billAnswer, rateFiles } from '../../src/cli/bill.ts';

export interface Answer {
  readonly lines: readonly {
    readonly component: string;
    readonly quantity: string;
    readonly price: string;
    readonly exact: string;
    readonly amount: string;
  }[];
  readonly total: string;
  readonly provisional: readonly { readonly reason: string; readonly rule: string }[];
  readonly suspect: readonly { readonly reason: string }[];
  readonly postings?: readonly {
    readonly businessDay: string;
    readonly component: string;
    readonly customer: string;
    readonly revenue: string;
    readonly rounding: string;
  }[];
}

const TARIFFS = path.join(import.meta.dirname, '../../config/tariffs');

/**
 * Rates an input.
 *
 * @param tariff the name of a shipped one, or what a file of one says
 */
export function rated(tariff: string | object, input: object, dayByDay = false): Answer {
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-bill-'));
  try {
    const file = typeof tariff === 'string' ? path.join(TARIFFS, `${tariff}.yaml`) : path.join(folder, 'tariff.yaml');
    if (typeof tariff !== 'string') writeFileSync(file, JSON.stringify({ id: 'test', ...tariff }));
    writeFileSync(path.join(folder, 'input.json'), JSON.stringify(input));
    return billAnswer(rateFiles({ tariff: file, input: path.join(folder, 'input.json'), dayByDay })) as Answer;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Component, quantity, price and amount of each line. */
export const linesOf = ({ lines }: Answer): readonly (readonly string[])[] =>
  lines.map(({ component, quantity, price, amount }) => [component, quantity, price, amount]);
export const reasonsOf = (answer: Answer): readonly string[] => answer.provisional.map(({ reason }) => reason);

/** Values of the total register of meter A by day. */
export const totals = (values: Readonly<Record<string, string>>): readonly object[] =>
  Object.entries(values).map(([at, value]) => ({ meter: 'A', register: '1-0:1.8.0', at, value }));
