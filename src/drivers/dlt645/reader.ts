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
import { createTurns } from './turns.ts';
import { createUnansweredReads } from './unanswered-reads.ts';

export interface ReaderDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly edition: Edition;
}

type ReadOf = Pick<ReadAsk, 'meter' | 'row' | 'asking' | 'coalesce' | 'which'>;

export interface Reader {
  readonly readRegisters: MeterDriver['readRegisters'];
  /** One DI, never shared with another read: what it says is newer than the call. */
  readonly readAfresh: (meter: DriverMeter, row: CatalogRow, asking: Asking, which?: WhichRecords) => ReturnType<typeof readData>;
}

/** Reads the meters of a bus, of either year. It remembers which blocks a meter does not give as a whole, and which reads may still be answered. */
export function createReader({ bus, clock, edition }: ReaderDeps): Reader {
  const turns = createTurns();
  const brokenBlocks = new Map<string, Set<string>>();
  const brokenOf = (meter: DriverMeter): Set<string> => {
    const known = brokenBlocks.get(meter.id) ?? new Set<string>();
    brokenBlocks.set(meter.id, known);
    return known;
  };
  const unanswered = createUnansweredReads(clock);

  async function readOnce(ask: ReadOf): ReturnType<typeof readData> {
    const { meter, row } = ask;
    const mayFollow = edition.numbersFollowUps || !brokenOf(meter).has(row.di);
    const data = await readData({ bus, edition, turns, mayFollow, ...ask });
    if (data.ok || data.error.code === 'meter-refused') unanswered.clear(meter.id);
    else if (data.error.sent) unanswered.add(meter.id, row.di);
    return data;
  }

  /** Where an older read of this DI may still be answered, the meter answers for another one first. */
  async function read(ask: ReadOf): ReturnType<typeof readData> {
    if (unanswered.mixesUp(ask.meter.id, ask.row.di)) {
      const { meter, asking } = ask;
      const settled = await readOnce({ meter, asking, row: settlingRow(edition, ask.row), coalesce: false });
      if (!settled.ok && settled.error.code !== 'meter-refused') return err({ ...settled.error, sent: false });
    }
    return readOnce(ask);
  }

  /** A block whose parts are lost where no number tells them apart is read register by register from then on. */
  const loses = ({ followUp }: DataFailure) => followUp === true && !edition.numbersFollowUps;

  async function readRegisters(
    meter: DriverMeter,
    registers: readonly RegisterName[],
    asking: Asking,
  ): Promise<Result<readonly RegisterAnswer[], MeterFailure>> {
    const plan = planReads(registers, brokenOf(meter), edition);
    if ('unknown' in plan) return err({ code: 'unsupported-register', sent: false, protocolError: `the catalogue has no ${plan.unknown}` });
    const answers: RegisterAnswer[] = [];
    for (const planned of plan.reads) {
      const data = await read({ meter, row: planned.row, asking, coalesce: true });
      if (data.ok) {
        answers.push(...answersOf(planned, data.value.bytes, data.value.heardAt));
        continue;
      }
      const lost = loses(data.error);
      const asksAgain = planned.isBlock && (lost || data.error.code === 'meter-refused');
      if (lost || asksAgain) brokenOf(meter).add(planned.row.di);
      if (asksAgain) return readRegisters(meter, registers, asking);
      if (lost || data.error.code !== 'meter-refused' || registers.length === 1) return data;
      answers.push(...planned.wanted.map(({ register }) => ({ register, value: undefined, unit: planned.row.unit, readAt: clock.now() })));
    }
    return ok(answers);
  }

  return { readRegisters, readAfresh: (meter, row, asking, which) => read({ meter, row, asking, which, coalesce: false }) };
}

function settlingRow({ settlingDis, findRow }: Edition, { di }: CatalogRow): CatalogRow {
  const other = settlingDis.find((candidate) => candidate !== di) ?? settlingDis[0];
  const row = findRow(other);
  if (row === undefined) throw new AppError('invariant-violated', 'the catalogue lacks a DI that every meter has', { di: other });
  return row;
}

/** The wanted items of a reply; a block that was asked for by its own name answers with all of its items. */
function answersOf({ row, wanted }: PlannedRead, bytes: Uint8Array, readAt: RegisterAnswer['readAt']): readonly RegisterAnswer[] {
  const items = row.itemsOf(bytes);
  return wanted.flatMap(({ register, di }) => {
    if (di === row.di && items.length > 1) return items.map((item) => partAnswer(row, item, readAt));
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
