/** What one poll of a meter takes on its line at the least, by its protocol. */
import { type Request, RTU_GAP_CHARACTERS, readDataBytes } from '../../protocols/modbus/index.ts';
import type { LineConfig, PointConfig } from '../config/load.ts';
import { PUSHED } from '../config/meter-protocol.ts';
import { registersOf } from '../core/model/plan-registers.ts';
import type { PricePlan } from '../core/model/price-plan.ts';
import { ACTIVE_POWER } from '../core/model/register.ts';
import { planSpans } from '../drivers/modbus/reading-plan.ts';
import { AppError } from '../kernel/app-error.ts';
import { characterMs, silenceMs } from '../transports/port-settings.ts';

export interface PollCost {
  /** How long the line is taken if the meter answers at once. */
  readonly ms: number;
  /** What that rests on, for a person. */
  readonly basis: string;
}

type CostOf = (line: LineConfig, point: PointConfig, plan: PricePlan | undefined) => PollCost;

/** What the exchanges of a poll take besides energies and power. */
interface Dlt645Poll {
  readonly exchanges: number;
  /** To ask, and around an answer: 4 wake-up bytes, a frame of 12, and the DI. */
  readonly frameCharacters: number;
  /** Of the relay's state. */
  readonly statusCharacters: number;
}

/** Energies in one block, power, and status word 3; a DI has four bytes. */
const POLL_2007: Dlt645Poll = { exchanges: 3, frameCharacters: 20, statusCharacters: 2 };
/** Energies and power: there is no relay to ask for, and a DI has two bytes. */
const POLL_1997: Dlt645Poll = { exchanges: 2, frameCharacters: 18, statusCharacters: 0 };
const DLT645_ENERGY_CHARACTERS = 4;
const DLT645_POWER_CHARACTERS = 3;
/** The shortest that a meter may think. @source DL/T 645-2007: reply delay 20 to 500 ms */
const DLT645_REPLY_DELAY_MS = 20;

/** Unit, function, address, quantity and CRC to ask; unit, function, byte count and CRC around an answer. */
const RTU_ASK_CHARACTERS = 8;
const RTU_ANSWER_CHARACTERS = 5;

/** There and back through a network of the place itself; a longer way only makes the plan tighter. */
const ROUND_TRIP_MS = 1;

/** A simulator does not think before it answers. */
const dlt645Cost =
  ({ exchanges, frameCharacters, statusCharacters }: Dlt645Poll): CostOf =>
  (line, point, plan) => {
    const port = point.port ?? line.port;
    const registers = plan === undefined ? 1 : registersOf(plan).wanted.length;
    const valueCharacters = registers * DLT645_ENERGY_CHARACTERS + DLT645_POWER_CHARACTERS + statusCharacters;
    const characters = exchanges * 2 * frameCharacters + valueCharacters;
    const ms = characters * characterMs(port) + exchanges * (line.simulated ? 0 : DLT645_REPLY_DELAY_MS);
    return { ms, basis: atSpeed(port) };
  };

/** The standard lets a unit answer at once: characters both ways and the gap before each request. */
function modbusRtuCost(line: LineConfig, point: PointConfig, plan: PricePlan | undefined): PollCost {
  const port = point.port ?? line.port;
  const reads = modbusReads(point, plan);
  const characters = reads.reduce((sum, read) => sum + RTU_ASK_CHARACTERS + RTU_ANSWER_CHARACTERS + readDataBytes(read), 0);
  return { ms: characters * characterMs(port) + reads.length * silenceMs(port, RTU_GAP_CHARACTERS), basis: atSpeed(port) };
}

/** On a network characters cost nothing, ways do; a simulator is in the same machine. */
function modbusTcpCost({ transport, simulated }: LineConfig, point: PointConfig, plan: PricePlan | undefined): PollCost {
  const trips = modbusReads(point, plan).length;
  const together = transport.concurrent ?? 1;
  const ms = (trips * (simulated ? 0 : ROUND_TRIP_MS)) / together;
  return { ms, basis: `for round trips of ${ROUND_TRIP_MS} ms, ${together} at a time` };
}

/** The reads of a poll, as the driver plans them while the meter refuses none. */
function modbusReads({ registerMap }: PointConfig, plan: PricePlan | undefined): readonly Extract<Request, { kind: 'read' }>[] {
  if (registerMap === undefined) return [];
  const wanted = new Set<string>([...(plan === undefined ? [] : registersOf(plan).wanted), ACTIVE_POWER]);
  const rows = registerMap.rows.filter(({ register }) => wanted.has(register));
  const reads = planSpans(rows, registerMap, new Set()).map(({ request }) => request);
  const { relay } = registerMap;
  return relay === undefined ? reads : [...reads, { kind: 'read', ...relay.readBack, quantity: 1 }];
}

const atSpeed = ({ baudRate }: LineConfig['port']) => `at ${baudRate} bit/s`;

const COSTS: Readonly<Record<string, CostOf>> = {
  'dlt645-2007': dlt645Cost(POLL_2007),
  'dlt645-1997': dlt645Cost(POLL_1997),
  'modbus-rtu': modbusRtuCost,
  'modbus-tcp': modbusTcpCost,
  [PUSHED]: () => ({ ms: 0, basis: 'since nobody asks it' }),
};

export const pollCostOf: CostOf = (line, point, plan) => {
  const { protocol } = point.meter;
  const costOf = COSTS[protocol];
  if (costOf === undefined) throw new AppError('unknown-protocol', 'nobody reckons what a poll by this protocol takes', { protocol });
  return costOf(line, point, plan);
};
