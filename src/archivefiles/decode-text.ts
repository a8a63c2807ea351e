import { err, ok, type Result } from '../kernel/result.ts';

export const ENCODINGS = ['auto', 'utf-8', 'gb18030'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/**
 * The text of a file, without its byte order mark. `auto` takes what verifies as UTF-8 for UTF-8 and everything else for GB18030, of
 * which GBK and GB 2312 are parts.
 */
export function decodeText(bytes: Uint8Array, encoding: Encoding): Result<string, string> {
  const wanted = encoding === 'auto' ? (['utf-8', 'gb18030'] as const) : [encoding];
  for (const label of wanted) {
    const text = decodeAs(bytes, label);
    if (text !== undefined) return ok(text);
  }
  return err(`the file is not text in ${wanted.join(' or ')}: export it again as CSV in UTF-8`);
}

function decodeAs(bytes: Uint8Array, label: string): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    // Bytes that are none of this encoding: said so by an error only.
    return undefined;
  }
}
