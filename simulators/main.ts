/**
 * Virtual meters in a process of their own: `node simulators/main.ts '{"lines":[{"listen":"tcp://127.0.0.1:0","meters":3}],"seed":1}'`.
 * The specification comes as the one argument, or on standard input where there is none. Prints one line when ready and
 * runs until SIGTERM or SIGINT, with `untilInputEnds` also until standard input closes, so that it dies with its parent.
 */
import Type, { type Static } from 'typebox';
import { OperatorError } from '../src/kernel/app-error.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { check } from './check.ts';
import { ModbusRegisters, mapOfRegisters } from './modbus/registers.ts';
import { runModbusSimulation } from './modbus/simulate.ts';
import { readyLine, runSimulation } from './simulate.ts';

const whole = (description: string, maximum: number) => Type.Optional(Type.Integer({ minimum: 0, maximum, description }));

const Specification = Type.Object(
  {
    protocol: Type.String({ default: 'dlt645-2007' }),
    lines: Type.Array(
      Type.Object(
        { listen: Type.String(), meters: Type.Integer({ minimum: 1, maximum: 100_000, description: 'how many meters' }) },
        { additionalProperties: false },
      ),
      { minItems: 1, description: 'at least one line' },
    ),
    seed: Type.Integer({ default: 1 }),
    registers: Type.Optional(ModbusRegisters),
    profile: Type.Optional(Type.Union([Type.Literal('plain'), Type.Literal('state-grid')], { description: 'plain or state-grid' })),
    loadFactor: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000, description: 'how many times as fast energy is counted' })),
    clockOffsetMs: Type.Optional(Type.Integer({ description: 'how far all meter clocks are ahead' })),
    tripDelayMinutes: whole('minutes between a trip command and the move', 9999),
    pressButtonAfterMs: whole('milliseconds until the customer presses the button', 86_400_000),
    pushEveryMs: Type.Optional(
      Type.Integer({ minimum: 10, maximum: 86_400_000, description: 'milliseconds between the samples that a concentrator pushes' }),
    ),
    faults: Type.Optional(Type.String({ description: 'a fault file' })),
    log: Type.Optional(Type.String({ description: 'a file for the frames heard' })),
    pacing: Type.Optional(
      Type.Object(
        { baudRate: Type.Integer({ minimum: 300, maximum: 115_200 }), replyDelayMs: Type.Integer({ minimum: 0, maximum: 10_000 }) },
        { additionalProperties: false },
      ),
    ),
    untilInputEnds: Type.Boolean({ default: false }),
  },
  { additionalProperties: false },
);

async function main(argument: string | undefined): Promise<void> {
  const { untilInputEnds, ...specification } = check(Specification, parse(argument ?? (await readAll())), 'simulation');
  const simulation = await run(specification);
  process.stdout.write(`${simulation.ready}\n`);
  const end = () => void simulation.close().then(() => process.exit(0));
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (untilInputEnds && argument !== undefined) process.stdin.resume().once('end', end);
}

async function run({ registers, ...specification }: Omit<Static<typeof Specification>, 'untilInputEnds'>): Promise<Running> {
  const { protocol } = specification;
  if (protocol === 'modbus-rtu' || protocol === 'modbus-tcp') return runModbus(protocol, registers, specification);
  const simulation = await runSimulation({ ...specification, clock: systemClock });
  return { ready: readyLine(simulation), close: simulation.close };
}

interface Running {
  /** The one line that says that it is ready. */
  readonly ready: string;
  close(): Promise<void>;
}

async function runModbus(
  protocol: 'modbus-rtu' | 'modbus-tcp',
  registers: Static<typeof ModbusRegisters> | undefined,
  { lines, seed, loadFactor = 1, faults, log, pacing }: Omit<Static<typeof Specification>, 'untilInputEnds' | 'registers'>,
): Promise<Running> {
  const [line, ...others] = lines;
  if (line === undefined || others.length > 0 || registers === undefined)
    throw new OperatorError('config-invalid', `simulation: ${protocol} needs registers, and one line for each process`);
  const simulation = await runModbusSimulation({
    protocol,
    map: mapOfRegisters(registers),
    listen: line.listen,
    meters: line.meters,
    seed,
    loadFactor,
    clock: systemClock,
    ...(faults === undefined ? {} : { faults }),
    ...(log === undefined ? {} : { log }),
    ...(pacing === undefined ? {} : { pacing }),
  });
  const { listening, meters } = simulation;
  const ready = JSON.stringify({
    listening,
    lines: [listening],
    meters: meters.map(({ unit }) => ({ address: String(unit), line: listening })),
  });
  return { ready, close: simulation.close };
}

async function readAll(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) text += String(chunk);
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OperatorError('config-invalid', 'the simulation is no JSON; expected an object with lines and a seed', {}, error);
  }
}

try {
  await main(process.argv[2]);
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
