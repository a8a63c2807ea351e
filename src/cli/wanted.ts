import type { Wanted } from '../drivers/dlt645/wanted-values.ts';
import { OperatorError } from '../kernel/app-error.ts';

const EXPECTED = 'a text, a JSON list of texts, or a JSON object from fields to texts; null is "not set"';

/** Reads `--value`: one value as it is printed, `["00:00 4","07:00 3"]`, or `{"price 2":"0.5983"}` for some fields of many. */
export function parseWanted(text: string): Wanted {
  if (text === 'null') return [null];
  if (!/^\s*[[{]/.test(text)) return [text];
  const value = parseJson(text);
  if (Array.isArray(value)) return value.map((entry, index) => textOrNull(entry, `[${index}]`));
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, textOrNull(entry, `.${name}`)]));
}

function parseJson(text: string): object {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError('bad-request', `--value is no JSON (${reason}); expected ${EXPECTED}`, {}, error);
  }
}

/** A number in JSON would lose digits on its way: decimals are texts. */
function textOrNull(entry: unknown, place: string): string | null {
  if (entry === null || typeof entry === 'string') return entry;
  throw new OperatorError('bad-request', `--value${place} is ${JSON.stringify(entry)}; expected a text, as "0.5983", or null`);
}
