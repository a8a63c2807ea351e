import {
  decodeItems,
  type FoundRow,
  findRow,
  formatValue,
  type Item,
  RELAY_STATUS_DI,
  relayStatus,
} from '../../../protocols/dlt645/index.ts';
import type { RelayReport, RelayState } from '../../core/model/meter.ts';
import { asRegister, type RegisterName } from '../../core/model/register.ts';
import type { Asking, MeterFailure, RegisterAnswer, RelayOrder } from '../../core/ports/meter-gateway.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import { toLocalTime } from '../../kernel/local-time.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { DriverMeter, MeterDriver } from '../driver.ts';
import { exchangeOf, replyOf } from './exchange.ts';
import { readData } from './read-data.ts';
import { type PlannedRead, planReads } from './reading-plan.ts';
import { refusalOf } from './refusal.ts';
import { operateSealedRelay } from './sealed-relay.ts';

/** A refusal or an acceptance is never longer. */
const SHORT_DATA = 2;

/** DL/T 645-2007 on a bus. All it remembers is which blocks a meter has refused. */
export function createDlt645Driver({ bus, clock }: { readonly bus: Bus; readonly clock: Clock }): MeterDriver {
  const refusedBlocks = new Map<string, Set<string>>();
  const blockedOf = (meter: DriverMeter): Set<string> => {
    const known = refusedBlocks.get(meter.id) ?? new Set<string>();
    refusedBlocks.set(meter.id, known);
    return known;
  };

  async function readRegisters(
    meter: DriverMeter,
    registers: readonly RegisterName[],
    asking: Asking,
  ): Promise<Result<readonly RegisterAnswer[], MeterFailure>> {
    const plan = planReads(registers, blockedOf(meter));
    if ('unknown' in plan) return err({ code: 'unsupported-register', sent: false, protocolError: `the catalogue has no ${plan.unknown}` });
    const answers: RegisterAnswer[] = [];
    for (const read of plan.reads) {
      const data = await readData({ bus, meter, row: read.row, asking, coalesce: true });
      if (data.ok) answers.push(...answersOf(read, data.value.bytes, data.value.heardAt));
      else if (data.error.code !== 'meter-refused' || (registers.length === 1 && !read.isBlock)) return data;
      else if (read.isBlock) {
        blockedOf(meter).add(read.row.di);
        return readRegisters(meter, registers, asking);
      } else
        answers.push(
          ...read.wanted.map(({ register }) => ({ register, value: undefined, unit: read.row.fields[0]?.unit ?? '', readAt: clock.now() })),
        );
    }
    return ok(answers);
  }

  return {
    readRegisters,

    async readRelay(meter, asking) {
      const row = statusRow();
      const data = await readData({ bus, meter, row, asking, coalesce: false });
      if (!data.ok) return data;
      const value = decodeItems(row, data.value.bytes).items[0]?.value;
      if (value?.kind !== 'bits') return err({ code: 'bad-value', sent: true });
      return ok(relayReport(value.bits, data.value.heardAt));
    },

    async operateRelay(meter, order, asking) {
      if (meter.seal !== undefined) return operateSealedRelay({ bus, meter, seal: meter.seal, asking }, order);
      if (meter.password === undefined)
        return err({ code: 'unsupported-action', sent: false, protocolError: 'no password is configured for this meter' });
      const request = relayRequest(meter, order, meter.password);
      const reply = await bus.request(
        exchangeOf({ meter: meter.id, address: meter.address, request, longestData: SHORT_DATA, repeatable: false }),
        asking,
      );
      if (!reply.ok) return reply;
      const answer = replyOf(reply.value.bytes, meter.address, request);
      return answer?.kind === 'refused' ? err(refusalOf(answer)) : ok('accepted');
    },
  };
}

function relayRequest(meter: DriverMeter, { action, expiresAt }: RelayOrder, password: string) {
  return { kind: 'relay', action, password, operator: meter.operatorCode, limit: 0, deadline: toLocalTime(expiresAt, meter.zone) } as const;
}

/** The wanted items of a reply; a block that was asked for by its own name answers with all of its items. */
function answersOf({ row, wanted }: PlannedRead, bytes: Uint8Array, readAt: RegisterAnswer['readAt']): readonly RegisterAnswer[] {
  const { items } = decodeItems(row, bytes);
  return wanted.flatMap(({ register, di }) => {
    if (di === row.di && items.length > 1) return items.map((item) => answerOf(asRegister(item.register), item, readAt));
    return [
      answerOf(
        register,
        items.find((item) => item.di === di),
        readAt,
      ),
    ];
  });
}

function answerOf(register: RegisterName, item: Item | undefined, readAt: RegisterAnswer['readAt']): RegisterAnswer {
  const value = item?.value ?? undefined;
  const text = value === undefined ? undefined : formatValue(value);
  return { register, value: value?.kind === 'number' ? value.decimal : undefined, text, unit: item?.unit ?? '', readAt };
}

function statusRow(): FoundRow {
  const row = findRow(RELAY_STATUS_DI);
  if (row === undefined) throw new AppError('invariant-violated', 'the catalogue lacks status word 3', { di: RELAY_STATUS_DI });
  return row;
}

/**
 * What status word 3 says: the relay (b4) and what it was last told (b6) together.
 *
 *     b4 b6   0 0 closed · 1 1 open · 0 1 closed, trip delayed · 1 0 open, permitted to close: waits for the button
 */
function relayReport(word: number, readAt: RelayReport['readAt']): RelayReport {
  const { open, openCommanded, keepPower } = relayStatus(word);
  const relay: RelayState = !open ? 'closed' : openCommanded ? 'open' : 'armed';
  const evidence = `dlt645:${RELAY_STATUS_DI}=${word.toString(16).toUpperCase().padStart(4, '0')}`;
  return { relay, tripDelayed: !open && openCommanded, keepPower, evidence, readAt };
}
