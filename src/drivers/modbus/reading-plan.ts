import { type RegisterMap, type RegisterRow, type Request, TYPE_REGISTERS } from '../../../protocols/modbus/index.ts';

/** One read on the line and the rows that it answers, in the order of their addresses. */
export interface Span {
  readonly request: Extract<Request, { kind: 'read' }>;
  readonly rows: readonly RegisterRow[];
}

/** Joins before which a meter has refused a span, as `function address`. */
export type Splits = ReadonlySet<string>;

export const splitAt = ({ function: code, address }: Pick<RegisterRow, 'function' | 'address'>): string => `${code} ${address}`;

/** As few reads as the map allows: neighbours together, never across a hole, never longer than the longest span. */
export function planSpans(rows: readonly RegisterRow[], map: RegisterMap, splits: Splits): readonly Span[] {
  const spans: Span[] = [];
  for (const row of [...rows].sort((left, right) => left.function - right.function || left.address - right.address)) {
    const last = spans.at(-1);
    const joined = last === undefined ? undefined : join(last, row, map, splits);
    if (joined === undefined) spans.push(spanOf([row], row.address, endOf(row)));
    else spans[spans.length - 1] = joined;
  }
  return spans;
}

function join({ request, rows }: Span, row: RegisterRow, map: RegisterMap, splits: Splits): Span | undefined {
  const end = request.address + request.quantity;
  const nextEnd = Math.max(end, endOf(row));
  if (request.function !== row.function || row.address > end + map.maximumGap || nextEnd - request.address > map.maximumSpan)
    return undefined;
  if (map.holes.some(({ from, to }) => from < row.address && to >= end)) return undefined;
  return splits.has(splitAt(row)) ? undefined : spanOf([...rows, row], request.address, nextEnd);
}

function spanOf(rows: readonly RegisterRow[], address: number, end: number): Span {
  return { request: { kind: 'read', function: rows[0]?.function ?? 3, address, quantity: end - address }, rows };
}

const endOf = ({ address, type }: RegisterRow): number => address + TYPE_REGISTERS[type];

/** Where a refused span is to be cut: before the row in its middle; undefined where it is a single row. */
export function middleOf({ rows }: Span): RegisterRow | undefined {
  return rows.length < 2 ? undefined : rows[Math.ceil(rows.length / 2)];
}

/** Where a row's own bytes begin in the data of its span. */
export function placeOf(row: RegisterRow, { request }: Span): number {
  return (row.address - request.address) * 2;
}

/** Reads that the map allows, one for each number of registers that it can: to ask in a form that no older request had. */
export function readsOfEachForm(map: RegisterMap, splits: Splits): readonly Span['request'][] {
  const forms = new Map<string, Span['request']>();
  for (const span of planSpans(map.rows, map, splits)) {
    for (let from = 0; from < span.rows.length; from++) {
      for (let to = from + 1; to <= span.rows.length; to++) {
        const [part] = planSpans(span.rows.slice(from, to), map, splits);
        const form = `${part?.request.function} ${part?.request.quantity}`;
        if (part !== undefined && !forms.has(form)) forms.set(form, part.request);
      }
    }
  }
  return [...forms.values()];
}
