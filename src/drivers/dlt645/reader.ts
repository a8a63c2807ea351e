import { formatValue } from '../../../protocols/dlt645/index.ts';
import { asRegister, type RegisterName } from '../../core/model/register.ts';
import type { Asking, MeterFailure, RegisterAnswer } from '../../core/ports/meter-gateway.ts';
import type { Clock } from '../../kernel/clock.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { DriverMeter, MeterDriver } from '../driver.ts';
import type { CatalogItem, CatalogRow, Edition, WhichRecords } from './edition.ts';
import { fieldName } from './field-name.ts';
import { type DataFailure, readData } from './read-data.ts';
import { type PlannedRead, planReads } from './reading-plan.ts';
import { createTurns } from './turns.ts';

export interface ReaderDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly edition: Edition;
}

export interface Reader {
  readonly readRegisters: MeterDriver['readRegisters'];
  /** One DI, never shared with another read: what it says is newer than the call. */
  readonly readAfresh: (meter: DriverMeter, row: CatalogRow, asking: Asking, which?: WhichRecords) => ReturnType<typeof readData>;
}

/** Reads the meters of a bus, of either year. All it remembers is which blocks a meter does not give as a whole. */
export function createReader({ bus, clock, edition }: ReaderDeps): Reader {
  const turns = createTurns();
  const brokenBlocks = new Map<string, Set<string>>();
  const brokenOf = (meter: DriverMeter): Set<string> => {
    const known = brokenBlocks.get(meter.id) ?? new Set<string>();
    brokenBlocks.set(meter.id, known);
    return known;
  };
  const read = (meter: DriverMeter, row: CatalogRow, asking: Asking, coalesce: boolean, which?: WhichRecords) => {
    const mayFollow = edition.numbersFollowUps || !brokenOf(meter).has(row.di);
    return readData({ bus, edition, meter, row, asking, coalesce, turns, mayFollow, which });
  };
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
      const data = await read(meter, planned.row, asking, true);
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

  return { readRegisters, readAfresh: (meter, row, asking, which) => read(meter, row, asking, false, which) };
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
  const value = item?.value ?? undefined;
  const text = value === undefined ? undefined : formatValue(value);
  const occurred = item?.time === undefined || item.time === null ? {} : { occurred: formatValue(item.time) };
  return { register, value: value?.kind === 'number' ? value.decimal : undefined, text, unit: item?.unit ?? '', ...occurred, readAt };
}
