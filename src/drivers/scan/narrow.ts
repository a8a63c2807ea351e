/**
 * Tells meters apart that answer a wildcard all at once. AA may stand for the high digit pairs of an address only, so
 * the search goes by the lowest pair first, a hundred calls for each pair that several meters share:
 *
 *     AA AA AA AA AA AA   garbled: several answer
 *     AA AA AA AA AA 00   nobody
 *     AA AA AA AA AA 34   one answers: its address is known
 *     AA AA AA AA AA 78   garbled: on to AA AA AA AA 00 78, AA AA AA AA 01 78, …
 *
 * @source DL/T 645-2007, data link layer, addresses: shortened addresses
 */
import { err, ok, type Result } from '../../kernel/result.ts';
import type { ScanEnd } from './scan.ts';

const ADDRESS_DIGITS = 12;
const OPEN = 'A'.repeat(ADDRESS_DIGITS);
const PAIRS = 100;

/** Who answered a call: `undefined` stands for a meter that repeats the wildcard instead of its address. */
export interface Answers {
  readonly addresses: readonly (string | undefined)[];
  readonly garbled: boolean;
}

export interface Narrowing {
  call(wildcard: string): Promise<Result<Answers, ScanEnd>>;
  /** Called with each answer as soon as it was heard. */
  heard(address: string | undefined): Promise<Result<void, ScanEnd>>;
  step(done: number, of: number, asking: string): void;
  /** Garbled answers that no narrower call told apart. */
  unresolved(tail: string): void;
}

/** The address that calls every meter whose own ends in these digits. */
export const wildcardOf = (tail: string): string => OPEN.slice(tail.length) + tail;

/** Calls every meter whose address ends in 00 + `tail`, 01 + `tail`, …, and goes deeper where several answer. */
export async function narrow(search: Narrowing, tail: string): Promise<Result<void, ScanEnd>> {
  if (tail.length === ADDRESS_DIGITS) {
    search.unresolved(tail);
    return ok(undefined);
  }
  let isSilent = true;
  for (let pair = 0; pair < PAIRS; pair++) {
    const longer = String(pair).padStart(2, '0') + tail;
    search.step(pair, PAIRS, `addresses ending in ${longer}`);
    const answers = await search.call(wildcardOf(longer));
    if (!answers.ok) return answers;
    const { addresses, garbled } = answers.value;
    if (addresses.length > 0 || garbled) isSilent = false;
    const ended = await tell(search, addresses);
    if (!ended.ok) return ended;
    const deeper = garbled ? await narrow(search, longer) : ok(undefined);
    if (!deeper.ok) return deeper;
  }
  if (isSilent) search.unresolved(tail);
  return ok(undefined);
}

export async function tell(search: Narrowing, addresses: Answers['addresses']): Promise<Result<void, ScanEnd>> {
  for (const address of addresses) {
    const told = await search.heard(address);
    if (!told.ok) return err(told.error);
  }
  return ok(undefined);
}
