/** What one poll of a meter takes on its line at the least, by its protocol. */
import { type Request, RTU_GAP_CHARACTERS, readDataBytes } from '../../protocols/modbus/index.ts';
import type { LineConfig, PointConfig } from '../config/load.ts';
import { PUSHED } from '../config/meter-protocol.ts';
import { ACTIVE_POWER } from '../core/model/register.ts';
import type { Tariff } from '../core/model/tariff.ts';
import { planSpans } from '../drivers/modbus/reading-plan.ts';
import { characterMs, silenceMs } from '../transports/port-settings.ts';

export interface PollCost {
  /** How long the line is taken if the meter answers at once. */
  readonly ms: number;
  /** What that rests on, for a person. */
  readonly basis: string;
}

type CostOf = (line: LineConfig, point: PointConfig, tariff: Tariff | undefined) => PollCost;

/** Characters of the three exchanges of a poll besides the values: 20 to ask (4 wake-up bytes and a 16-byte frame), 20 around an answer. */
const DLT645_ASK_CHARACTERS = 20;
const DLT645_ANSWER_CHARACTERS = 20;
const DLT645_ENERGY_CHARACTERS = 4;
const DLT645_POWER_CHARACTERS = 3;
const DLT645_STATUS_CHARACTERS = 2;
const DLT645_EXCHANGES = 3;
/** The shortest that a meter may think. @source DL/T 645-2007: reply delay 20 to 500 ms */
const DLT645_REPLY_DELAY_MS = 20;

/** Unit, function, address, quantity and CRC to ask; unit, function, byte count and CRC around an answer. */
const RTU_ASK_CHARACTERS = 8;
const RTU_ANSWER_CHARACTERS = 5;

/** There and back through a network of the place itself; a longer way only makes the plan tighter. */
const ROUND_TRIP_MS = 1;

/** Energies in one block, power, and status word 3. A simulator does not think before it answers. */
function dlt645Cost({ port, simulated }: LineConfig, _: PointConfig, tariff: Tariff | undefined): PollCost {
  const registers = tariff?.rates.length ?? 1;
  const characters =
    DLT645_EXCHANGES * (DLT645_ASK_CHARACTERS + DLT645_ANSWER_CHARACTERS) +
    registers * DLT645_ENERGY_CHARACTERS +
    DLT645_POWER_CHARACTERS +
    DLT645_STATUS_CHARACTERS;
  const ms = characters * characterMs(port) + DLT645_EXCHANGES * (simulated ? 0 : DLT645_REPLY_DELAY_MS);
  return { ms, basis: atSpeed(port) };
}

/** The standard lets a unit answer at once: characters both ways and the gap before each request. */
function modbusRtuCost({ port }: LineConfig, point: PointConfig, tariff: Tariff | undefined): PollCost {
  const reads = modbusReads(point, tariff);
  const characters = reads.reduce((sum, read) => sum + RTU_ASK_CHARACTERS + RTU_ANSWER_CHARACTERS + readDataBytes(read), 0);
  return { ms: characters * characterMs(port) + reads.length * silenceMs(port, RTU_GAP_CHARACTERS), basis: atSpeed(port) };
}

/** On a network characters cost nothing, ways do; a simulator is in the same machine. */
function modbusTcpCost({ transport, simulated }: LineConfig, point: PointConfig, tariff: Tariff | undefined): PollCost {
  const trips = modbusReads(point, tariff).length;
  const together = transport.concurrent ?? 1;
  const ms = (trips * (simulated ? 0 : ROUND_TRIP_MS)) / together;
  return { ms, basis: `for round trips of ${ROUND_TRIP_MS} ms, ${together} at a time` };
}

/** The reads of a poll, as the driver plans them while the meter refuses none. */
function modbusReads({ registerMap }: PointConfig, tariff: Tariff | undefined): readonly Extract<Request, { kind: 'read' }>[] {
  if (registerMap === undefined) return [];
  const wanted = new Set<string>([...(tariff?.rates.map(({ register }) => register) ?? []), ACTIVE_POWER]);
  const rows = registerMap.rows.filter(({ register }) => wanted.has(register));
  const reads = planSpans(rows, registerMap, new Set()).map(({ request }) => request);
  const { relay } = registerMap;
  return relay === undefined ? reads : [...reads, { kind: 'read', ...relay.readBack, quantity: 1 }];
}

const atSpeed = ({ baudRate }: LineConfig['port']) => `at ${baudRate} bit/s`;

/** Every protocol that is reckoned in its own way; the others are years of DL/T 645. */
const COSTS: Readonly<Record<string, CostOf>> = {
  'modbus-rtu': modbusRtuCost,
  'modbus-tcp': modbusTcpCost,
  [PUSHED]: () => ({ ms: 0, basis: 'since nobody asks it' }),
};

export const pollCostOf: CostOf = (line, point, tariff) => (COSTS[point.meter.protocol] ?? dlt645Cost)(line, point, tariff);
