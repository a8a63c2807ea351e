import { createDlt645Framer, decodeFrame, formatValue, OVERHEAD } from '../../../protocols/dlt645/index.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Edition } from '../dlt645/edition.ts';
import { edition1997 } from '../dlt645/edition-1997.ts';
import { EDITION_2007, requestTo } from '../dlt645/edition-2007.ts';
import { exchangeOf, WAKE_UP } from '../dlt645/exchange.ts';
import { type Answers, isNoisy, type Narrowing, narrow, proveShared, tell, wildcardOf } from './narrow.ts';
import { callAll, type ScanEnd, type ScannedLine } from './scan.ts';

/** The longest data of any answer to a call. */
const LONGEST_CALL_DATA = 10;
const EVERYBODY = wildcardOf('');
const ONE_METER = /^(?!9{12})\d{12}$/;

interface Year {
  readonly protocol: 'dlt645-2007' | 'dlt645-1997';
  readonly edition: Edition;
  /** The DI of the total forward active energy, which every meter has. */
  readonly total: string;
  /** DIs under which a meter that repeats the wildcard may say its address. */
  readonly numbers: readonly string[];
}

const YEAR_2007: Year = { protocol: 'dlt645-2007', edition: EDITION_2007, total: '00010000', numbers: ['04000401', '04000402'] };
const YEAR_1997: Year = { protocol: 'dlt645-1997', edition: edition1997(), total: '9010', numbers: ['C034', 'C032'] };

/** One way to call, and how the caller's address is found in a frame; undefined where the frame is no answer to it. */
interface Method {
  readonly name: string;
  request(wildcard: string): { readonly bytes: Uint8Array; callerIn(frame: Uint8Array): string | undefined };
}

/** Function 13, which every meter of 2007 knows. */
const BY_ADDRESS: Method = {
  name: '13',
  request(wildcard) {
    const { bytes, replyIn } = requestTo(wildcard, { kind: 'read-address' });
    return {
      bytes,
      callerIn(frame) {
        const reply = replyIn(frame);
        return reply?.kind === 'read-address' ? reply.address : undefined;
      },
    };
  },
};

/** A read of the total energy; the frame's head names who answers. A refusal counts for nothing: it may be of the other year. */
const byEnergy = (name: string, { edition, total }: Year): Method => ({
  name,
  request(wildcard) {
    const { bytes, replyIn } = edition.requestData(wildcard, total, 0);
    return {
      bytes,
      callerIn(frame) {
        if (replyIn(frame)?.kind !== 'data') return undefined;
        const decoded = decodeFrame(frame);
        return decoded.ok ? decoded.value.address : undefined;
      },
    };
  },
});

/**
 * Looks for meters of 2007: by 13, then by 11 of the total energy for those that do not know 13. Garbage that those
 * found by 13 may have caused is narrowed only where the scan is thorough.
 */
export async function find2007(line: ScannedLine): Promise<Result<void, ScanEnd>> {
  const known = new Set<string>();
  const by13 = await searchBy(line, YEAR_2007, BY_ADDRESS, known);
  return by13.ok ? searchBy(line, YEAR_2007, byEnergy('11', YEAR_2007), known) : by13;
}

/** Looks for meters of 1997: by 01 of the total energy. */
export const find1997 = (line: ScannedLine): Promise<Result<void, ScanEnd>> =>
  searchBy(line, YEAR_1997, byEnergy('01', YEAR_1997), new Set());

/** @param known addresses found before, to which those found now are added */
async function searchBy(line: ScannedLine, year: Year, method: Method, known: Set<string>): Promise<Result<void, ScanEnd>> {
  const { listener, port } = line;
  const { protocol } = year;
  const knownBefore = known.size;
  const unresolved = (what: string) => listener.unresolved({ protocol, port, what });
  const search: Narrowing = {
    call: (wildcard) => call(line, method, wildcard),
    heard: (address) => report(line, year, method, address, known),
    step: (done, of, asking) => listener.step({ protocol, port, done, of, asking: `${asking}, by ${method.name}` }),
    unresolved: (ending) => unresolved(whatIs(ending)),
    disturbed: (ending) => unresolved(whatGarbles(ending)),
    noise: { count: 0 },
  };
  const ended = await searchAll(line, search, { knownBefore, hidden: () => unresolved(mayHideMore(method)) });
  if (search.noise.count > 0) unresolved(whatIsNoise(search));
  return ended;
}

interface Beside {
  readonly knownBefore: number;
  /** Garbage was heard that meters found before may have caused. */
  hidden(): void;
}

async function searchAll(line: ScannedLine, search: Narrowing, { knownBefore, hidden }: Beside): Promise<Result<void, ScanEnd>> {
  search.step(0, 1, 'all addresses');
  const first = await callTwice(search);
  if (!first.ok) return first;
  const several = await tell(search, first.value);
  if (!several.ok) return several;
  const isNew = several.value && knownBefore < 2;
  const isShared = isNew ? await proveShared(search, '') : several;
  if (!isShared.ok) return isShared;
  if ((isNew && isShared.value) || line.thorough) return narrow(search, '', isShared.value);
  if (isShared.value) hidden();
  return ok(undefined);
}

/** A whole search hangs on the first call, and one alone may be lost to an adapter that wakes up or to a disturbance. */
async function callTwice(search: Narrowing): Promise<Result<Answers, ScanEnd>> {
  const first = await search.call(EVERYBODY);
  return first.ok && first.value.addresses.length === 0 && !first.value.garbled ? search.call(EVERYBODY) : first;
}

async function call(line: ScannedLine, method: Method, wildcard: string): Promise<Result<Answers, ScanEnd>> {
  const { bytes, callerIn } = method.request(wildcard);
  const heard = await callAll(line, {
    port: line.port,
    bytes,
    createFramer: createDlt645Framer,
    longestReplyBytes: WAKE_UP + OVERHEAD + LONGEST_CALL_DATA,
  });
  if (!heard.ok) return heard;
  const callers = heard.value.frames.map(callerIn).filter((address) => address !== undefined);
  return ok({ addresses: callers.map((address) => (ONE_METER.test(address) ? address : undefined)), garbled: heard.value.garbled });
}

/** Asks who answered by its own address, so that what is reported can be configured. @returns whether somebody has it */
async function report(
  line: ScannedLine,
  year: Year,
  method: Method,
  heard: string | undefined,
  known: Set<string>,
): Promise<Result<boolean, ScanEnd>> {
  const { listener, port } = line;
  const { protocol, total } = year;
  const candidates = heard === undefined ? await numbersOf(line, year) : ok([{ address: heard, source: '' }]);
  if (!candidates.ok) return candidates;
  for (const { address, source } of candidates.value) {
    if (known.has(address)) return ok(true);
    const energy = await readText(line, year, address, total);
    if (!energy.ok) return energy;
    // A number that is only printed is no address: whoever has it must answer to it.
    if (heard === undefined && energy.value === undefined) continue;
    const isThere = energy.value === undefined ? await answersCall(line, method, address) : ok(true);
    if (!isThere.ok || !isThere.value) return isThere;
    known.add(address);
    const said = energy.value === undefined ? `no answer to a read of ${total}` : `${total} is ${energy.value}`;
    listener.found({ protocol, address, port, evidence: `answers ${method.name} to a wildcard${source}; by its address ${said}` });
    return ok(true);
  }
  if (heard !== undefined) return ok(true);
  if (known.size > 0) listener.unresolved({ protocol, port, what: whoNamesNone(method) });
  else
    listener.found({ protocol, address: undefined, port, evidence: `answers ${method.name} to the wildcard alone and names no address` });
  return ok(true);
}

/** Whether the meter of this address says so when it alone is called: one that gives no energy may still do that. */
async function answersCall(line: ScannedLine, method: Method, address: string): Promise<Result<boolean, ScanEnd>> {
  const answers = await call(line, method, address);
  return answers.ok ? ok(answers.value.addresses.includes(address)) : answers;
}

/** What a meter that repeats the wildcard says that its address may be. */
async function numbersOf(line: ScannedLine, year: Year) {
  const numbers: { readonly address: string; readonly source: string }[] = [];
  for (const di of year.numbers) {
    const text = await readText(line, year, EVERYBODY, di);
    if (!text.ok) return text;
    const [address = ''] = text.value?.split(' ') ?? [];
    if (ONE_METER.test(address)) numbers.push({ address, source: ` with it, and ${di} says who it is` });
  }
  return ok(numbers);
}

/** A value with its unit, or why there is none; undefined where nobody answers. */
async function readText(
  { bus, port, priority, signal }: ScannedLine,
  { edition }: Year,
  address: string,
  di: string,
): Promise<Result<string | undefined, ScanEnd>> {
  const row = edition.findRow(di);
  const request = edition.requestData(address, di, 0);
  const longestData = edition.diBytes + (row?.longestData ?? LONGEST_CALL_DATA);
  const exchange = exchangeOf({ meter: { id: undefined, port }, request, longestData, repeatable: true });
  const outcome = await bus.request(exchange, { priority, signal });
  if (!outcome.ok) return outcome.error.code === 'no-reply' || outcome.error.code === 'garbled' ? ok(undefined) : err(outcome.error);
  const reply = request.replyIn(outcome.value.bytes);
  if (reply?.kind !== 'data') return ok(`refused (${reply?.failure.protocolError ?? 'without a reason'})`);
  const [item] = row?.itemsOf(reply.value) ?? [];
  return ok(item?.value == null ? 'no value' : `${formatValue(item.value)} ${item.unit}`.trim());
}

const mayHideMore = ({ name }: Method): string =>
  `garbled answers to ${EVERYBODY} by ${name}: they may be those of the meters found before, or hide others; --thorough tells`;

const whoNamesNone = ({ name }: Method): string =>
  `an answer to ${EVERYBODY} by ${name} that repeats it and names no address: it may be that of a meter found before`;

const whatGarbles = (ending: string): string =>
  `garbled answers to most calls narrower than ${wildcardOf(ending)}, more than meters could give: the line is disturbed; look at its termination and bias`;

function whatIsNoise({ noise }: Narrowing): string {
  const heard = `garbage in ${noise.count} calls that nobody answered when they were made again: the line is disturbed now and then`;
  const remedy = 'look at its termination and bias';
  return isNoisy({ noise }) ? `${heard}, and meters that collide were looked for no further; ${remedy}` : `${heard}; ${remedy}`;
}

const whatIs = (ending: string): string =>
  ending.length === EVERYBODY.length
    ? `garbled answers to ${ending}: two meters may have this address, or the line is disturbed`
    : `garbled answers to ${wildcardOf(ending)} and none to a narrower call: the meters may not know shortened addresses, or the line is disturbed`;
