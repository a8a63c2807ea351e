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
/** No line has meters enough to share more pairs than this; a line that garbles every silence would be searched for ever. */
const MOST_SHARED = 50;
/** How often a garbled call is made in all: where meters collide it is garbled every time, where a disturbance fell into it only then. */
const CALLS_OF_GARBLED = 3;
/** Silences that a disturbance fell into, after which nothing is narrowed any more: a quiet line has none. */
const MOST_NOISES = 20;

/** Who answered a call: `undefined` stands for a meter that repeats the wildcard instead of its address. */
export interface Answers {
  readonly addresses: readonly (string | undefined)[];
  readonly garbled: boolean;
}

export interface Narrowing {
  call(wildcard: string): Promise<Result<Answers, ScanEnd>>;
  /** Called with each answer as soon as it was heard; false where nobody has this address: colliding answers made it up. */
  heard(address: string | undefined): Promise<Result<boolean, ScanEnd>>;
  step(done: number, of: number, asking: string): void;
  /** Garbled answers that no narrower call told apart. */
  unresolved(tail: string): void;
  /** More calls came back garbled than there can be meters: nothing more is called under this ending. */
  disturbed(tail: string): void;
  /** Of the whole search. */
  readonly noise: Noise;
}

/** How many calls were garbled once and silent when they were made again. */
export interface Noise {
  count: number;
}

/** Whether so much noise was heard that nothing more is narrowed. */
export const isNoisy = ({ noise }: Pick<Narrowing, 'noise'>): boolean => noise.count >= MOST_NOISES;

/** The address that calls every meter whose own ends in these digits. */
export const wildcardOf = (tail: string): string => OPEN.slice(tail.length) + tail;

/**
 * Calls every meter whose address ends in 00 + `tail`, 01 + `tail`, …, and goes deeper where several answer.
 *
 * @param isGarbled whether several have answered the call for `tail` itself, so that silence leaves them unresolved
 */
export async function narrow(search: Narrowing, tail: string, isGarbled = true): Promise<Result<void, ScanEnd>> {
  if (tail.length === ADDRESS_DIGITS) {
    search.unresolved(tail);
    return ok(undefined);
  }
  const called = await callPairs(search, tail);
  if (!called.ok) return called;
  const { shared } = called.value;
  if (shared.length > MOST_SHARED) {
    search.disturbed(tail);
    return ok(undefined);
  }
  let { isSilent } = called.value;
  for (const longer of shared) {
    const stillShared = await proveShared(search, longer);
    if (!stillShared.ok) return stillShared;
    if (isNoisy(search)) return ok(undefined);
    if (!stillShared.value) continue;
    isSilent = false;
    const deeper = await narrow(search, longer);
    if (!deeper.ok) return deeper;
  }
  if (isSilent && isGarbled) search.unresolved(tail);
  return ok(undefined);
}

interface Called {
  /** Endings that several seem to share. */
  readonly shared: readonly string[];
  /** Nobody has answered cleanly. */
  readonly isSilent: boolean;
}

async function callPairs(search: Narrowing, tail: string): Promise<Result<Called, ScanEnd>> {
  let isSilent = true;
  const shared: string[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const longer = String(pair).padStart(2, '0') + tail;
    search.step(pair, PAIRS, `addresses ending in ${longer}`);
    const answers = await search.call(wildcardOf(longer));
    if (!answers.ok) return answers;
    if (answers.value.addresses.length > 0) isSilent = false;
    const several = await tell(search, answers.value);
    if (!several.ok) return several;
    if (several.value) shared.push(longer);
  }
  return ok({ shared, isSilent });
}

/**
 * Calls an ending again that was garbled. Silence then says that nobody answers it: what was heard was noise. A clean answer is handed
 * on and says no more, since one of several meters may have drowned the others.
 */
export async function proveShared(search: Narrowing, tail: string): Promise<Result<boolean, ScanEnd>> {
  for (let calls = 1; calls < CALLS_OF_GARBLED; calls++) {
    if (isNoisy(search)) return ok(false);
    const again = await search.call(wildcardOf(tail));
    if (!again.ok) return again;
    const { addresses, garbled } = again.value;
    if (!garbled && addresses.length === 0) {
      search.noise.count += 1;
      return ok(false);
    }
    const told = await tell(search, again.value);
    if (!told.ok) return told;
  }
  return ok(true);
}

/** Hands on who has answered. @returns whether there are more than those: bytes that do not verify, or an address that nobody has */
export async function tell(search: Narrowing, { addresses, garbled }: Answers): Promise<Result<boolean, ScanEnd>> {
  let isGarbled = garbled;
  for (const address of addresses) {
    const isThere = await search.heard(address);
    if (!isThere.ok) return err(isThere.error);
    isGarbled ||= !isThere.value;
  }
  return ok(isGarbled);
}
