import { EXCEPTION, type RegisterMap, type RegisterRow, type RelayRow, type Request, readValue } from '../../../protocols/modbus/index.ts';
import type { RelayReport } from '../../core/model/meter.ts';
import { asRegister, type RegisterName } from '../../core/model/register.ts';
import type { Asking, MeterFailure, RegisterAnswer, RelayOrder } from '../../core/ports/meter-gateway.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock, Instant } from '../../kernel/clock.ts';
import type { Decimal } from '../../kernel/decimal.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { DriverMeter, MeterDriver } from '../driver.ts';
import { type Asker, createAsker, type Unit } from './asker.ts';
import { type Carrier, createRtuCarrier, createTcpCarrier } from './carrier.ts';
import { middleOf, placeOf, planSpans, type Span, type Splits, splitAt } from './reading-plan.ts';

interface DriverDeps {
  readonly bus: Bus;
  readonly clock: Clock;
}

/** Modbus RTU: a serial line, or a converter that carries its frames. */
export const createModbusRtuDriver = (deps: DriverDeps): MeterDriver => createModbusDriver(deps, createRtuCarrier());
/** Modbus TCP. */
export const createModbusTcpDriver = (deps: DriverDeps): MeterDriver => createModbusDriver(deps, createTcpCarrier());

const createModbusDriver = (deps: DriverDeps, carrier: Carrier): MeterDriver => new ModbusDriver(deps, carrier);

/**
 * Modbus on a bus, by the register map of each meter. It remembers which joins of registers a meter has refused, and
 * which requests of a line are unanswered.
 *
 * Guaranteed: a value is taken only from a verified reply of this unit, to this function, of the length that was asked
 * for, that no older request can have caused within a minute. On RTU that rests on a unit answering in the order in which it
 * was asked; on TCP on the transaction number.
 */
class ModbusDriver implements MeterDriver {
  private readonly clock: Clock;
  private readonly asker: Asker;
  private readonly units = new Map<string, PlannedUnit>();

  constructor({ bus, clock }: DriverDeps, carrier: Carrier) {
    this.clock = clock;
    this.asker = createAsker({ bus, clock, carrier });
  }

  async readRegisters(
    meter: DriverMeter,
    registers: readonly RegisterName[],
    asking: Asking,
  ): Promise<Result<readonly RegisterAnswer[], MeterFailure>> {
    const to = this.unitOf(meter);
    const plan = planOf(to, registers);
    const { rows, unknown } = plan;
    if (rows.length === 0 && unknown[0] !== undefined)
      return err({ code: 'unsupported-register', sent: false, protocolError: `map ${to.map.name} has no ${unknown[0]}` });
    const answers: (RegisterAnswer | undefined)[] = rows.map(() => undefined);
    const spans = [...plan.spans];
    for (let span = spans.shift(); span !== undefined; span = spans.shift()) {
      const outcome = await this.asker.ask(to, span.request, asking);
      if (outcome.ok) {
        const { reply, heardAt } = outcome.value;
        if (reply.kind !== 'read') return err({ code: 'bad-value', sent: true });
        for (const row of span.rows)
          answers[plan.places.get(row) ?? 0] = answerOf(row, readValue(row, reply.data, placeOf(row, span)), heardAt);
        continue;
      }
      const { exception, ...failure } = outcome.error;
      if (exception !== EXCEPTION.illegalAddress || rows.length === 1) return err(failure);
      spans.unshift(...partsOf(to, span));
    }
    // What the map lacks and what the meter alone refuses is missing; the others stand. What was asked for by itself is a refusal.
    const readAt = this.clock.now();
    const told = rows.map((row, index) => answers[index] ?? answerOf(row, undefined, readAt));
    for (const register of unknown) told.push({ register, value: undefined, unit: '', readAt });
    return ok(told);
  }

  async readRelay(meter: DriverMeter, asking: Asking): ReturnType<MeterDriver['readRelay']> {
    const to = this.unitOf(meter);
    const { relay } = to.map;
    if (relay === undefined) return err(noRelay(to.map));
    const answer = await this.asker.ask(to, { kind: 'read', ...relay.readBack, quantity: 1 }, asking);
    if (!answer.ok) return answer;
    if (answer.value.reply.kind !== 'read') return err({ code: 'bad-value', sent: true });
    return ok(relayReport(relay, answer.value.reply.data, answer.value.heardAt));
  }

  async operateRelay(meter: DriverMeter, { action, expiresAt }: RelayOrder, asking: Asking): ReturnType<MeterDriver['operateRelay']> {
    const to = this.unitOf(meter);
    const { relay } = to.map;
    if (relay === undefined) return err(noRelay(to.map));
    if (action === 'arm') return err({ code: 'unsupported-action', sent: false, protocolError: 'a Modbus relay has no button to permit' });
    const request = writeOf(to.map, relay, action === 'close' ? relay.on : relay.off);
    // The frame carries no deadline, so it must not leave after it.
    const answer = await this.asker.ask(to, request, { ...asking, deadline: asking.deadline ?? expiresAt });
    return answer.ok ? ok('accepted') : answer;
  }

  private unitOf(meter: DriverMeter): PlannedUnit {
    const known = this.units.get(meter.id);
    if (known?.meter === meter) return known;
    const made = { meter, unit: Number(meter.address), map: mapOf(meter), splits: known?.splits ?? NO_SPLITS };
    this.units.set(meter.id, made);
    return made;
  }
}

function mapOf({ id, map }: DriverMeter): RegisterMap {
  if (map === undefined) throw new AppError('invariant-violated', 'a Modbus meter without a register map', { id });
  return map;
}

const noRelay = ({ name }: RegisterMap): MeterFailure => ({
  code: 'unsupported-action',
  sent: false,
  protocolError: `map ${name} has no relay`,
});

/** What is asked for, and how it is read. */
interface ReadPlan {
  readonly rows: readonly RegisterRow[];
  /** Where each row stands among them. */
  readonly places: ReadonlyMap<RegisterRow, number>;
  readonly unknown: readonly RegisterName[];
  readonly spans: readonly Span[];
}

const NO_SPLITS: Splits = new Set();

/** A meter, and the joins that it has refused. */
interface PlannedUnit extends Unit {
  splits: Splits;
}

/** The same lists of registers come again with every poll of every meter of a kind. */
const plans = new WeakMap<RegisterMap, WeakMap<readonly RegisterName[], ReadPlan>>();

/** The reads of a meter; of one that has refused no join yet, they are the reads of all its like. */
function planOf({ map, splits }: PlannedUnit, registers: readonly RegisterName[]): ReadPlan {
  if (splits.size > 0) return makePlan(map, splits, registers);
  let ofMap = plans.get(map);
  if (ofMap === undefined) {
    ofMap = new WeakMap();
    plans.set(map, ofMap);
  }
  const known = ofMap.get(registers);
  if (known !== undefined) return known;
  const made = makePlan(map, splits, registers);
  ofMap.set(registers, made);
  return made;
}

function makePlan(map: RegisterMap, splits: Splits, registers: readonly RegisterName[]): ReadPlan {
  const { rows, unknown } = rowsOf(map, registers);
  return { rows, places: new Map(rows.map((row, index) => [row, index])), unknown, spans: planSpans(rows, map, splits) };
}

/** What is read instead of a span that the meter has refused, from now on; nothing where it is a single row. */
function partsOf(to: PlannedUnit, span: Span): readonly Span[] {
  const middle = middleOf(span);
  if (middle === undefined) return [];
  to.splits = new Set([...to.splits, splitAt(middle)]);
  return planSpans(span.rows, to.map, to.splits);
}

function rowsOf(
  map: RegisterMap,
  registers: readonly RegisterName[],
): { readonly rows: readonly RegisterRow[]; readonly unknown: readonly RegisterName[] } {
  const rows = new Set<RegisterRow>();
  const unknown = new Set<RegisterName>();
  for (const register of registers) {
    const row = map.rows.find((candidate) => candidate.register === register);
    if (row === undefined) unknown.add(register);
    else rows.add(row);
  }
  return { rows: [...rows], unknown: [...unknown] };
}

const answerOf = (row: RegisterRow, value: Decimal | undefined, readAt: Instant): RegisterAnswer => ({
  register: asRegister(row.register),
  value,
  unit: row.unit,
  readAt,
});

/**
 * Any value but the two of the map is an unknown state. A coil reads as one bit. These meters keep no flag that forbids a
 * trip: who must not be tripped says the configuration.
 */
function relayReport({ on, off, readBack }: RelayRow, data: Uint8Array, readAt: Instant): RelayReport {
  const isBit = readBack.function === 1 || readBack.function === 2;
  const [high = 0, low = 0] = data;
  const value = isBit ? high & 1 : high * 256 + low;
  const isOn = value === (isBit ? Math.min(on, 1) : on);
  const isOff = value === (isBit ? Math.min(off, 1) : off);
  const address = readBack.address.toString(16).toUpperCase().padStart(4, '0');
  const evidence = `modbus:${address}=${value.toString(16).toUpperCase().padStart(4, '0')}`;
  return { relay: isOn ? 'closed' : isOff ? 'open' : 'unknown', tripDelayed: false, keepPower: false, evidence, readAt };
}

/** The one place where something is written to a Modbus meter. */
function writeOf(map: RegisterMap, { address, writeFunction }: RelayRow, value: number): Request {
  if (!map.writable.includes(address)) throw new AppError('invariant-violated', 'an address outside of the white list', { address });
  if (writeFunction !== 16) return { kind: 'write-one', function: writeFunction, address, value };
  return { kind: 'write-many', function: 16, address, quantity: 1, data: Uint8Array.of(value >> 8, value & 0xff) };
}
