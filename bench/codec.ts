/** C1: one poll through the DL/T 645 codec. C2: frames out of a dirty stream. */

import {
  addressMatches,
  createDlt645Framer,
  decodeFrame,
  decodeItems,
  decodeReply,
  encodeItems,
  encodeReply,
  encodeRequest,
  type FoundRow,
  findRow,
  type Value,
} from '../protocols/dlt645/index.ts';
import { AppError } from '../src/kernel/app-error.ts';
import { formatDecimal } from '../src/kernel/decimal.ts';
import { limitDecodeEnergy, limitEncodeRead, naiveDecodeEnergy, naiveEncodeRead } from './codec-peers.ts';
import { ratioRounds, type Scenario, type ScenarioResult } from './scenario.ts';

const METERS = 256;
const ENERGY_DI = '00010000';
const ENERGY_DI_NUMBER = 0x00010000;

const energyRow = energyRowOf();

function energyRowOf(): FoundRow {
  const row = findRow(ENERGY_DI);
  if (row === undefined) throw new AppError('internal', 'the catalogue has no forward active energy');
  return row;
}

interface Poll {
  readonly address: string;
  readonly addressBytes: Uint8Array;
  readonly reply: Uint8Array;
  readonly hundredths: number;
}

/** Meters with different addresses and readings, each with the reply that it gives. */
const polls: readonly Poll[] = Array.from({ length: METERS }, (_, index) => {
  const address = String(210_805_420_000 + index * 37);
  const hundredths = (index * 7_654_321) % 100_000_000;
  const value: Value = { kind: 'number', decimal: { unscaled: BigInt(hundredths), scale: 2 } };
  const reply = encodeReply(address, { kind: 'read', di: ENERGY_DI, value: encodeItems(energyRow, [{ value }]), more: false });
  return { address, addressBytes: reply.slice(1, 7), reply, hundredths };
});

/** One poll through the public codec, as a driver does it; undefined where anything does not fit. */
function pollOurs({ address, reply }: Poll): Value | undefined {
  const sent = encodeRequest(address, { kind: 'read', di: ENERGY_DI });
  if (sent.length === 0) return undefined;
  const frame = decodeFrame(reply);
  if (!frame.ok || !addressMatches(address, frame.value.address)) return undefined;
  const answer = decodeReply(frame.value);
  if (!answer.ok || answer.value.kind !== 'read' || answer.value.di !== energyRow.di) return undefined;
  const { items, extra } = decodeItems(energyRow, answer.value.value);
  return extra.length > 0 ? undefined : (items[0]?.value ?? undefined);
}

function checkPolls(): void {
  for (const poll of polls) {
    const ours = pollOurs(poll);
    const text = ours?.kind === 'number' ? formatDecimal(ours.decimal) : undefined;
    const expected = formatDecimal({ unscaled: BigInt(poll.hundredths), scale: 2 });
    const sent = Buffer.from(encodeRequest(poll.address, { kind: 'read', di: ENERGY_DI }))
      .toString('hex')
      .toUpperCase();
    const agree =
      text === expected &&
      naiveDecodeEnergy(poll.address, ENERGY_DI, poll.reply) === expected &&
      limitDecodeEnergy(poll.addressBytes, ENERGY_DI_NUMBER, poll.reply) === poll.hundredths &&
      naiveEncodeRead(poll.address, ENERGY_DI) === sent &&
      Buffer.from(limitEncodeRead(poll.addressBytes, ENERGY_DI_NUMBER)).toString('hex').toUpperCase() === sent;
    if (!agree) throw new AppError('internal', 'C1: the contenders disagree', { address: poll.address });
  }
}

/** Runs `poll` over the meters again and again; a poll that gives nothing fails the run. */
function runPolls<T>(count: number, poll: (poll: Poll) => T, isGood: (result: T) => boolean): number {
  let good = 0;
  for (let done = 0; done < count; done += METERS) for (const each of polls) if (isGood(poll(each))) good++;
  if (good < count) throw new AppError('internal', 'C1: a poll gave no value', { good, count });
  return good;
}

export const c1: Scenario = {
  id: 'C1',
  title: 'DL/T 645: encode a read, decode its reply',
  async run({ quick }): Promise<ScenarioResult> {
    checkPolls();
    const count = METERS * (quick ? 400 : 2_000);
    const naivePoll = ({ address, reply }: Poll) => {
      const sent = naiveEncodeRead(address, ENERGY_DI);
      return sent === '' ? undefined : naiveDecodeEnergy(address, ENERGY_DI, reply);
    };
    const limitPoll = ({ addressBytes, reply }: Poll) => {
      const sent = limitEncodeRead(addressBytes, ENERGY_DI_NUMBER);
      return sent.length === 0 ? -1 : limitDecodeEnergy(addressBytes, ENERGY_DI_NUMBER, reply);
    };
    const rounds = await ratioRounds(
      [
        { name: 'ours', run: () => runPolls(count, pollOurs, (value) => value !== undefined) },
        { name: 'naive', run: () => runPolls(count / 8, naivePoll, (value) => value !== undefined) },
        { name: 'limit', run: () => runPolls(count * 4, limitPoll, (value) => value >= 0) },
      ],
      { quick },
    );
    return {
      id: 'C1',
      rows: [
        { label: 'cycles/s against hex strings', ratio: rounds.ratio('ours', 'naive'), goal: 10, higherIsBetter: true },
        { label: 'cycles/s against preallocated JS', ratio: rounds.ratio('ours', 'limit'), goal: 0, stretch: 0.35, higherIsBetter: true },
      ],
      absolute: {
        oursPerSecond: rounds.medianOf('ours', 'perSecond'),
        naivePerSecond: rounds.medianOf('naive', 'perSecond'),
        limitPerSecond: rounds.medianOf('limit', 'perSecond'),
        oursCpuMicros: rounds.medianOf('ours', 'cpuMicrosPerUnit'),
      },
      checked: `${METERS} meters: the three agree on every request byte and every value; no poll of a timed run without a value`,
    };
  },
};

const FRAMES = 20_000;
const CORRUPT_SHARE = 0.01;
const LONGEST_CHUNK = 96;
const WAKE_UPS = 5;

interface DirtyStream {
  readonly chunks: readonly Uint8Array[];
  readonly clean: Uint8Array;
  /** The frames that no corruption touched, one key each. */
  readonly good: readonly string[];
}

/** Frames of the meters with 0..4 wake-up bytes, 1 % of all bytes corrupted, cut into chunks of 1..96 bytes. */
function dirtyStream(seed: number): DirtyStream {
  const random = seededRandom(seed);
  const dirty: number[] = [];
  const clean: number[] = [];
  const good: string[] = [];
  for (let index = 0; index < FRAMES; index++) {
    const { reply } = polls[index % METERS] ?? { reply: new Uint8Array(0) };
    for (let count = Math.floor(random() * WAKE_UPS); count > 0; count--) dirty.push(0xfe);
    let touched = false;
    for (const byte of reply) {
      const flip = random() < CORRUPT_SHARE ? 1 + Math.floor(random() * 255) : 0;
      touched ||= flip !== 0;
      dirty.push(byte ^ flip);
      clean.push(byte);
    }
    if (!touched) good.push(keyOf(reply));
  }
  return { chunks: cut(Uint8Array.from(dirty), random), clean: Uint8Array.from(clean), good };
}

function cut(bytes: Uint8Array, random: () => number): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() * LONGEST_CHUNK);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** Mulberry32: the same stream for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** Good frames that did not come out of the dirty stream, in order; frames that nobody sent fail the check. */
function checkReassembly({ chunks, good }: DirtyStream): void {
  const framer = createDlt645Framer();
  const events = [...chunks.flatMap((chunk) => framer.push(chunk)), ...framer.drain()];
  const frames = events.filter(({ kind }) => kind === 'frame').map(({ bytes }) => keyOf(bytes));
  let at = 0;
  for (const frame of frames) if (frame === good[at]) at++;
  if (at !== good.length) throw new AppError('internal', 'C2: a good frame was lost', { sent: good.length, found: at });
}

/** The least work: scan clean, whole frames laid end to end, and read address and data off as numbers. */
function limitScan(bytes: Uint8Array): number {
  let frames = 0;
  let at = 0;
  while (at + 12 <= bytes.length) {
    const end = at + 12 + (bytes[at + 9] ?? 0);
    if (bytes[at] !== 0x68 || bytes[at + 7] !== 0x68 || bytes[end - 1] !== 0x16) return -1;
    let sum = 0;
    for (let index = at; index < end - 2; index++) sum += bytes[index] ?? 0;
    if ((sum & 0xff) !== bytes[end - 2]) return -1;
    let address = 0;
    for (let index = at + 6; index > at; index--) address = address * 256 + (bytes[index] ?? 0);
    let value = 0;
    for (let index = end - 3; index >= at + 10; index--) value = value * 256 + (((bytes[index] ?? 0) - 0x33) & 0xff);
    if (address > 0 && value > 0) frames++;
    at = end;
  }
  return frames;
}

export const c2: Scenario = {
  id: 'C2',
  title: 'DL/T 645: frames out of a dirty stream',
  async run({ quick }): Promise<ScenarioResult> {
    const stream = dirtyStream(645);
    checkReassembly(stream);
    // A lap well above a tenth of a second: one collection of garbage in a short one is half of its figure.
    const repeat = quick ? 30 : 60;
    const reassemble = () => {
      let frames = 0;
      const framer = createDlt645Framer();
      for (let pass = 0; pass < repeat; pass++) {
        for (const chunk of stream.chunks) for (const event of framer.push(chunk)) if (event.kind === 'frame') frames++;
      }
      return frames;
    };
    const scan = () => {
      let frames = 0;
      for (let pass = 0; pass < repeat * 8; pass++) frames += limitScan(stream.clean);
      return frames;
    };
    const rounds = await ratioRounds(
      [
        { name: 'ours', run: reassemble },
        { name: 'limit', run: scan },
      ],
      { quick },
    );
    return {
      id: 'C2',
      rows: [
        {
          label: 'frames/s against a scan of clean frames',
          ratio: rounds.ratio('ours', 'limit'),
          goal: 0.1,
          stretch: 0.3,
          higherIsBetter: true,
        },
      ],
      absolute: {
        oursPerSecond: rounds.medianOf('ours', 'perSecond'),
        limitPerSecond: rounds.medianOf('limit', 'perSecond'),
        oursCpuMicros: rounds.medianOf('ours', 'cpuMicrosPerUnit'),
      },
      checked: `${FRAMES} frames, 1 % of bytes corrupted: ${stream.good.length} untouched ones, 0 lost`,
    };
  },
};
