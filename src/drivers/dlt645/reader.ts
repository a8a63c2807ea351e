import { formatValue } from '../../../protocols/dlt645/index.ts';
import { asRegister, type RegisterName } from '../../core/model/register.ts';
import type { Asking, MeterFailure, RegisterAnswer } from '../../core/ports/meter-gateway.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { DriverMeter, MeterDriver } from '../driver.ts';
import type { CatalogItem, CatalogRow, Edition, WhichRecords } from './edition.ts';
import { fieldName } from './field-name.ts';
import { type DataFailure, type ReadAsk, readData } from './read-data.ts';
import { type PlannedRead, planReads } from './reading-plan.ts';
import { said } from './said.ts';
import { createTurns, type Turns } from './turns.ts';
import { createUnansweredReads, type UnansweredReads } from './unanswered-reads.ts';

export interface ReaderDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly edition: Edition;
}

type ReadOf = Pick<ReadAsk, 'meter' | 'row' | 'asking' | 'coalesce' | 'which'>;
type DataResult = ReturnType<typeof readData>;

export interface Reader extends Pick<MeterDriver, 'readRegisters'> {
  /** One DI, never shared with another read: what it says is newer than the call. */
  readAfresh(meter: DriverMeter, row: CatalogRow, asking: Asking, which?: WhichRecords): DataResult;
  /**
   * Sends an order, once nothing is under way that could be taken for its answer: a refusal names no order, and one to an older order that
   * was given up would end this one, which the meter then obeys.
   *
   * @errors those of `send`; no-reply with `sent: false` where the meter answers for nothing older
   */
  order<T>(meter: DriverMeter, asking: Asking, send: () => Promise<Result<T, MeterFailure>>): Promise<Result<T, MeterFailure>>;
}

export const createReader = (deps: ReaderDeps): Reader => new LineReader(deps);

/** Stands for every order where reads are told apart by their DI. */
const ORDER = 'order';
/** After these the meter may still answer. */
const LEAVES_OPEN: ReadonlySet<MeterFailure['code']> = new Set(['no-reply', 'garbled', 'line-down']);

const NONE_BROKEN: ReadonlySet<string> = new Set();

/** Reads the meters of a bus, of either year. It remembers which blocks a meter does not give as a whole, and which reads may still be answered. */
class LineReader implements Reader {
  private readonly bus: Bus;
  private readonly clock: Clock;
  private readonly edition: Edition;
  /** Only where follow-up frames bear no number. */
  private readonly turns: Turns | undefined;
  private readonly unanswered: UnansweredReads;
  /** Of the meters that have broken any. */
  private brokenBlocks: Map<string, Set<string>> | undefined = undefined;

  constructor({ bus, clock, edition }: ReaderDeps) {
    this.bus = bus;
    this.clock = clock;
    this.edition = edition;
    this.turns = edition.numbersFollowUps ? undefined : createTurns();
    this.unanswered = createUnansweredReads(clock);
  }

  async readRegisters(
    meter: DriverMeter,
    registers: readonly RegisterName[],
    asking: Asking,
  ): Promise<Result<readonly RegisterAnswer[], MeterFailure>> {
    const plan = planReads(registers, this.brokenOf(meter), this.edition);
    if ('unknown' in plan) return err({ code: 'unsupported-register', sent: false, protocolError: `the catalogue has no ${plan.unknown}` });
    const answers: RegisterAnswer[] = [];
    for (const planned of plan.reads) {
      const data = await this.read({ meter, row: planned.row, asking, coalesce: true });
      if (data.ok) {
        answers.push(...answersOf(planned, data.value.bytes, data.value.heardAt));
        continue;
      }
      const lost = this.loses(data.error);
      const asksAgain = planned.isBlock && (lost || data.error.code === 'meter-refused');
      if (lost || asksAgain) this.breakBlock(meter, planned.row);
      if (asksAgain) return this.readRegisters(meter, registers, asking);
      if (lost || data.error.code !== 'meter-refused' || registers.length === 1) return data;
      const readAt = this.clock.now();
      answers.push(...planned.wanted.map(({ register }) => ({ register, value: undefined, unit: planned.row.unit, readAt })));
    }
    return ok(answers);
  }

  readAfresh(meter: DriverMeter, row: CatalogRow, asking: Asking, which?: WhichRecords): DataResult {
    return this.read({ meter, row, asking, which, coalesce: false });
  }

  async order<T>(meter: DriverMeter, asking: Asking, send: () => Promise<Result<T, MeterFailure>>): Promise<Result<T, MeterFailure>> {
    if (this.unanswered.mixesUp(meter.id, ORDER)) {
      const settled = await this.settle({ meter, asking }, ORDER);
      if (!settled.ok) return settled;
    }
    const answer = await send();
    if (!answer.ok && LEAVES_OPEN.has(answer.error.code)) this.unanswered.add(meter.id, ORDER);
    return answer;
  }

  /** Where an older read of this DI may still be answered, the meter answers for another one first. */
  private read(ask: ReadOf): DataResult {
    return this.unanswered.mixesUp(ask.meter.id, ask.row.di) ? this.readSettled(ask) : this.readOnce(ask);
  }

  private async readSettled(ask: ReadOf): DataResult {
    const settled = await this.settle(ask, ask.row.di);
    return settled.ok ? this.readOnce(ask) : settled;
  }

  /** Has the meter answer for something else than what was given up: then nothing older is under way. */
  private async settle({ meter, asking }: Pick<ReadOf, 'meter' | 'asking'>, givenUp: string): Promise<Result<void, MeterFailure>> {
    const settled = await this.readOnce({ meter, asking, row: this.settlingRow(meter, givenUp), coalesce: false });
    return settled.ok || settled.error.code === 'meter-refused' ? ok(undefined) : err({ ...settled.error, sent: false });
  }

  /** One whose own reply is not awaited; where there is none, the one that was given up first. */
  private settlingRow({ id }: DriverMeter, givenUp: string): CatalogRow {
    const sinceMs = (di: string) => this.unanswered.sinceMs(id, di) ?? 0;
    const others = this.edition.settlingDis.filter((di) => di !== givenUp);
    const [di = givenUp] = others.toSorted((left, right) => sinceMs(left) - sinceMs(right));
    const row = this.edition.findRow(di);
    if (row === undefined) throw new AppError('invariant-violated', 'the catalogue lacks a DI that every meter has', { di });
    return row;
  }

  private async readOnce(ask: ReadOf): DataResult {
    const { meter, row } = ask;
    const { bus, edition, turns, unanswered } = this;
    const mayFollow = edition.numbersFollowUps || !this.brokenOf(meter).has(row.di);
    const data = await readData({ bus, edition, turns, mayFollow, ...ask });
    if (data.ok || data.error.code === 'meter-refused') unanswered.answered(meter.id, row.di);
    const mayBeAnswered = data.ok ? data.value.repeated : data.error.code !== 'meter-refused' && data.error.sent;
    if (mayBeAnswered) unanswered.add(meter.id, row.di);
    return data;
  }

  /** A block whose parts are lost where no number tells them apart is read register by register from then on. */
  private loses({ followUp }: DataFailure): boolean {
    return followUp === true && !this.edition.numbersFollowUps;
  }

  private brokenOf({ id }: DriverMeter): ReadonlySet<string> {
    return this.brokenBlocks?.get(id) ?? NONE_BROKEN;
  }

  private breakBlock({ id }: DriverMeter, { di }: CatalogRow): void {
    this.brokenBlocks ??= new Map();
    this.brokenBlocks.set(id, new Set([...(this.brokenBlocks.get(id) ?? []), di]));
  }
}

/** The wanted items of a reply; a block that was asked for by its own name answers with all of its items, be it one. */
function answersOf({ row, wanted }: PlannedRead, bytes: Uint8Array, readAt: RegisterAnswer['readAt']): readonly RegisterAnswer[] {
  const items = row.itemsOf(bytes);
  const isBlock = items.length > 1 || items.some((item) => item.di !== row.di);
  return wanted.flatMap(({ register, di }) => {
    if (di === row.di && isBlock) return items.map((item) => partAnswer(row, item, readAt));
    return [
      answerOf(
        register,
        items.find((item) => item.di === di),
        readAt,
      ),
    ];
  });
}

/** One item of many; where it has no register of its own, it says which part it is. */
function partAnswer(row: CatalogRow, item: CatalogItem, readAt: RegisterAnswer['readAt']): RegisterAnswer {
  const answer = answerOf(asRegister(item.register), item, readAt);
  return item.di === row.di ? { ...answer, part: fieldName(row, item.name) } : answer;
}

function answerOf(register: RegisterName, item: CatalogItem | undefined, readAt: RegisterAnswer['readAt']): RegisterAnswer {
  const occurred = item?.time === undefined || item.time === null ? {} : { occurred: formatValue(item.time) };
  return { register, ...said(item?.value), unit: item?.unit ?? '', ...occurred, readAt };
}
