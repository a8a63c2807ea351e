/** The command line. Answers go to standard output, one line for each with `--json`; logs and notes to standard error. */
import { Argument, Command, CommanderError, Option } from 'commander';
import { ENCODINGS } from './archivefiles/decode-text.ts';
import type { MaintainOptions } from './cli/maintain.ts';
import { printJson, printLine, printNote } from './cli/output.ts';
import { version } from './compose/version.ts';
import { EXCEPTION_LISTS } from './core/archive/exceptions.ts';
import type { Maintenance } from './drivers/dlt645/maintain.ts';
import { AppError, OperatorError } from './kernel/app-error.ts';
import { systemClock } from './kernel/clock.ts';
import { ERROR_CODES } from './kernel/error-codes.ts';

const program = new Command('feikong')
  .description('Smart-meter head-end and prepaid fee-control gateway')
  .version(version)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

const link = () =>
  new Option(
    '--link <address>',
    'serial:PATH?baud=9600&parity=even, tcp://HOST:PORT, rtu+tcp://HOST:PORT or mqtt://HOST:PORT/CONCENTRATOR',
  ).makeOptionMandatory();
const protocol = () => new Option('--protocol <name>', 'what the meter speaks').default('dlt645-2007');
const address = () =>
  new Option('--address <digits>', 'DL/T 645: the 12 printed on the meter; Modbus: the unit, 1 to 247').makeOptionMandatory();
const map = () => new Option('--map <name>', 'Modbus: register map, as eastron-sdm630, or the path of one');
const passwordFile = () =>
  new Option('--password-file <file>', 'holds LLPPPPPP, level and password; without it FEIKONG_METER_PASSWORD is used');
const operator = () => new Option('--operator <8 digits>', 'what the meter records').default('00000000');
const voltageDecimals = () =>
  new Option('--voltage-decimals <count>', 'dlt645-1997: digits behind the point of its voltages, which no frame tells');
const gatewayHere = () =>
  new Option('--data <folder>', 'the data folder of a gateway here; then the command is refused').env('FEIKONG_DATA');
const benchTest = () => new Option('--bench-test', 'the meter supplies nobody: send it beside a gateway').default(false);
const zone = () => new Option('--zone <name>', 'of the meter’s clock').default('Asia/Shanghai');
const data = () => new Option('--data <folder>', 'where the gateway keeps its database').default('data').env('FEIKONG_DATA');
const json = () => new Option('--json', 'one line of JSON');
const logLevel = () =>
  new Option('--log-level <level>', 'trace shows every frame')
    .choices(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .env('FEIKONG_LOG_LEVEL');

program
  .command('start')
  .description('run the gateway')
  .requiredOption('--config <file>', 'configuration, YAML')
  .addOption(data())
  .option('--listen <HOST:PORT>', 'instead of api.listen')
  .addOption(logLevel())
  .action(async (options) => {
    const { start } = await import('./cli/start.ts');
    await start(options);
  });

program
  .command('demo')
  .description('simulated meters on three kinds of line, and the whole story of one customer')
  .option('--once', 'play the story once and end')
  .addOption(json())
  .option('--meters <count>', 'simulated meters, at least 24', '24')
  .option('--seed <number>', 'another seed, another town', '1')
  .option('--listen <HOST:PORT>', 'where the API page is; a free port where absent')
  .addOption(new Option('--data <folder>', 'keep the database here; a temporary folder where absent'))
  .addOption(logLevel().default('error'))
  .action(async (options) => {
    const { demo } = await import('./cli/demo/demo.ts');
    await demo(options);
  });

program
  .command('decode')
  .description(
    'decode frames: one line {"id","protocol","hex"} in, one line out, at once and in order. The protocol is dlt645 (either year), dlt645-1997, dlt645-2007, modbus-rtu or modbus-tcp; "direction":"reply" for a Modbus frame that fits both ways',
  )
  .addOption(json())
  .action(async () => {
    const { decodeLines } = await import('./cli/decode.ts');
    await decodeLines(process.stdin, printLine);
  });

program
  .command('read')
  .description('read one register of one meter')
  .addOption(link())
  .addOption(protocol())
  .addOption(address())
  .addOption(map())
  .addOption(voltageDecimals())
  .requiredOption('--register <name>', 'OBIS as 1-0:1.8.0, dlt645:DI, or 8 hex digits of a DI')
  .option('--blocks <count>', 'load records, 06xx0000 and 06xx0001: how many')
  .option('--from <time>', 'load records, 06xx0001: from when by the clock of the meter, as 2026-11-24T08:15')
  .addOption(zone())
  .addOption(json())
  .action(async (options) => {
    const { answerLine, readRegister } = await import('./cli/read.ts');
    for (const answer of await readRegister(options, systemClock)) {
      if (options.json === true) printJson(answer);
      else printLine(answerLine(answer));
    }
  });

program
  .command('scan')
  .description('look for the meters of a line, by reads alone; each is one line')
  .addOption(link())
  .option('--protocol <name...>', 'look for these only; modbus-tcp has to be named')
  .option('--units <from-to>', 'Modbus: units to ask', '1-247')
  .addOption(map())
  .option('--wait <ms>', 'the longest that a meter may think before it answers', '500')
  .option(
    '--thorough',
    'DL/T 645: call every ending of an address by each function, since an answer that was understood may drown others',
    false,
  )
  .addOption(json())
  .action(async (options) => {
    const { scan } = await import('./cli/scan.ts');
    const { stopSignal } = await import('./cli/process-end.ts');
    const stop = new AbortController();
    void stopSignal().then(() => stop.abort());
    process.exitCode = await scan(
      options,
      systemClock,
      (found) => {
        if (options.json === true) printJson(found);
        else printLine(`${found.protocol} ${found.address ?? 'no address'} ${found.speed ?? ''} ${found.parity ?? ''} ${found.evidence}`);
      },
      stop.signal,
    );
  });

program
  .command('relay')
  .description('send one relay frame to one meter and read the relay back; no gate of fee control is asked')
  .addOption(link())
  .addOption(protocol())
  .addOption(address())
  .addOption(map())
  .addOption(new Option('--action <action>').choices(['trip', 'close', 'arm']).makeOptionMandatory())
  .addOption(new Option('--password <LLPPPPPP>', 'DL/T 645: two digits of level and six of password').env('FEIKONG_METER_PASSWORD'))
  .option('--operator <8 digits>', 'DL/T 645: what the meter records')
  .addOption(gatewayHere())
  .addOption(benchTest())
  .addOption(zone())
  .addOption(json())
  .action(async (options) => {
    const { operateRelay } = await import('./cli/relay.ts');
    printNote('No gate was asked: balance, notices, protection and lock-outs were not looked at.');
    const { outcome, exitCode } = await operateRelay(options, systemClock);
    if (options.json === true) printJson(outcome);
    else printLine(`${outcome.action}: ${outcome.accepted ? 'accepted' : 'not accepted'}, relay ${outcome.relay} (${outcome.evidence})`);
    process.exitCode = exitCode;
  });

program
  .command('write')
  .description('write one item of one meter: read before, difference, one frame, read back')
  .addOption(link())
  .addOption(protocol())
  .addOption(address())
  .requiredOption('--item <name>', 'as "day table 1, set 2", or its DI or register')
  .requiredOption('--value <value>', 'as it is read; for tables ["00:00 4","07:00 3"] or {"price 2":"0.5983"}')
  .option('--dry-run', 'show the difference and send nothing that changes anything', false)
  .addOption(gatewayHere())
  .addOption(benchTest())
  .addOption(passwordFile())
  .addOption(operator())
  .addOption(zone())
  .addOption(json())
  .action(async (options) => {
    const { writeLines, writeMeterItem } = await import('./cli/write.ts');
    const { report, exitCode } = await writeMeterItem(options, systemClock, process.env);
    if (options.json === true) printJson(report);
    else for (const line of writeLines(report)) printLine(line);
    process.exitCode = exitCode;
  });

const maintenance = (command: Command) =>
  command
    .addOption(link())
    .addOption(protocol())
    .addOption(address())
    .addOption(gatewayHere())
    .addOption(benchTest())
    .addOption(passwordFile())
    .addOption(operator())
    .addOption(zone())
    .option('--yes', 'it cannot be undone, and I know it', false)
    .addOption(json());

async function runMaintenance(options: MaintainOptions & { json?: boolean }, wanted: Maintenance): Promise<void> {
  const { maintainMeter, maintenanceLine } = await import('./cli/maintain.ts');
  const { outcome, exitCode } = await maintainMeter(options, wanted, systemClock, process.env);
  if (options.json === true) printJson(outcome);
  else printLine(maintenanceLine(outcome));
  process.exitCode = exitCode;
}

maintenance(program.command('set-speed').description('change the speed of one meter; it answers at the new one from then on'))
  .requiredOption('--baud <bit/s>', 'of the meter from then on')
  .action(async (options) => {
    const { speedOf } = await import('./cli/maintain.ts');
    await runMaintenance(options, speedOf(options.baud));
  });

maintenance(program.command('change-password').description('give one meter a new password of one level'))
  .option('--new-password-file <file>', 'holds LLPPPPPP; without it FEIKONG_NEW_METER_PASSWORD is used')
  .action(async (options) => {
    const { newPasswordOf } = await import('./cli/maintain.ts');
    await runMaintenance(options, newPasswordOf(options.newPasswordFile, process.env));
  });

maintenance(program.command('clear').description('clear what one meter has kept'))
  .addArgument(new Argument('<what>').choices(['demand', 'meter', 'events']))
  .option('--events <di>', 'one class of events, as 03300DFF; every one where absent')
  .action(async (what, options) => {
    const { clearingOf } = await import('./cli/maintain.ts');
    await runMaintenance(options, clearingOf(what, options.events));
  });

maintenance(program.command('terminal').description('say what the multi-function terminal of one meter puts out'))
  .addOption(new Option('--output <signal>').choices(['seconds-pulse', 'demand-period', 'slot-switch']).makeOptionMandatory())
  .action((options) => runMaintenance(options, { kind: 'multi-function-output', output: options.output }));

program
  .command('simulate')
  .description('serve simulated meters until told to stop')
  .addOption(protocol())
  .addOption(map())
  .option('--listen <address>', 'tcp://127.0.0.1:PORT, pty: or mqtt://HOST:PORT/CONCENTRATOR', 'tcp://127.0.0.1:0')
  .option('--meters <count>', 'how many', '8')
  .option('--seed <number>', 'the same seed gives the same meters and registers', '1')
  .addOption(
    new Option('--profile <name>', 'dlt645-2007: how they take relay commands; plain where absent').choices(['plain', 'state-grid']),
  )
  .option('--faults <file>', 'seeded faults, JSON')
  .option('--log <file>', 'a JSON line for each frame that a meter hears')
  .option('--load-factor <number>', 'time-lapse of consumption', '1000')
  .option('--push-every <ms>', 'a concentrator also pushes what its meters say, so often')
  .option('--write-config <file>', 'write a configuration with which the gateway polls these meters')
  .action(async (options) => {
    const { simulate } = await import('./cli/simulate.ts');
    await simulate(options);
  });

program
  .command('check')
  .description('recompute every invariant of a data folder: 0 all hold, 1 violated, 2 cannot be read')
  .addOption(data())
  .addOption(json())
  .action(async (options) => {
    const { check } = await import('./cli/check.ts');
    process.exitCode = check(options, process.env);
  });

const importing = program.command('import').description('files of other systems');
importing
  .command('archive')
  .description('customers, contracts and meter points from a CSV file. The gateway on this data folder must not run: ask its API then')
  .requiredOption('--file <file>', 'CSV, UTF-8 or GB18030')
  .addOption(data())
  .option('--config <file>', 'configuration: its time zone, and its names for columns')
  .addOption(new Option('--encoding <name>').choices(ENCODINGS).default('auto'))
  .option('--by <name>', 'who imports it, for the record', 'operator')
  .option('--dry-run', 'say what would change and change nothing', false)
  .option('--skip-bad-rows', 'import the other rows of a file in which some are wrong; otherwise nothing of it is imported', false)
  .addOption(json())
  .action(async (options) => {
    const { importArchive } = await import('./cli/import-archive.ts');
    process.exitCode = await importArchive(options, process.env);
  });

const archive = program.command('archive').description('what the archive holds');
archive
  .command('exceptions')
  .description('meter points whose archive lacks something, or that should pay before use and do not')
  .addOption(new Option('--list <name>').choices(EXCEPTION_LISTS).default('incomplete'))
  .addOption(data())
  .addOption(json())
  .action(async (options) => {
    const { listExceptions } = await import('./cli/archive-exceptions.ts');
    listExceptions(options);
  });

const bill = program
  .command('bill')
  .description('rate one meter point from files, without a database')
  .option('--tariff <file>', 'price plan, as config/tariffs/beijing-residential-step.yaml')
  .option('--input <file>', 'period, dated facts and readings, JSON or YAML (docs/bill.md)')
  .option('--day-by-day', 'also what is posted at the end of each business day', false)
  .addOption(json())
  .action(async ({ tariff, input, ...options }) => {
    if (tariff === undefined || input === undefined)
      return program.error(`error: required option '--${tariff === undefined ? 'tariff' : 'input'} <file>' not specified`);
    const { billAnswer, billText, rateFiles } = await import('./cli/bill.ts');
    const rated = rateFiles({ ...options, tariff, input });
    if (options.json === true) printJson(billAnswer(rated));
    else for (const line of billText(rated)) printLine(line);
  });
bill
  .command('explain')
  .description('every register, split, price and rounding of a period of one meter point, from a data folder')
  .requiredOption('--config <file>', 'configuration: its tariffs and reading days')
  .requiredOption('--point <id>', 'meter point')
  .option('--month <month>', 'the period that ended in it, as 2026-10; the open one where absent')
  .addOption(data())
  .addOption(json())
  .action(async (_, command) => {
    const options = command.optsWithGlobals();
    const { explainStored, explanationAnswer, explanationText } = await import('./cli/bill-explain.ts');
    const explained = explainStored(options);
    if (options.json === true) printJson(explanationAnswer(explained));
    else for (const line of explanationText(explained)) printLine(line);
  });

program
  .command('late-fee')
  .description('the late fee of one overdue charge, from files')
  .requiredOption('--input <file>', 'class, principal, due day and payments, JSON or YAML (docs/bill.md)')
  .option('--rates <file>', 'dated rates; config/late-fees/default.yaml where absent')
  .addOption(json())
  .action(async (options) => {
    const { lateFeeAnswer, lateFeeOfFiles, lateFeeText } = await import('./cli/late-fee.ts');
    const fee = lateFeeOfFiles(options);
    if (options.json === true) printJson(lateFeeAnswer(fee));
    else for (const line of lateFeeText(fee)) printLine(line);
  });

const config = program.command('config').description('the configuration');
config
  .command('check')
  .description('load a configuration and say what it holds')
  .requiredOption('--config <file>', 'configuration, YAML')
  .action(async (options) => {
    const { checkConfig } = await import('./cli/start.ts');
    printLine(checkConfig(options.config));
  });

const key = program.command('key').description('API keys');
key
  .command('create')
  .description('make a key; it is shown once. The gateway on this data folder must not run')
  .requiredOption('--name <name>', 'the person or system that it belongs to')
  .requiredOption('--scope <scope...>', 'what it may do')
  .option('--expires-at <instant>', 'from when on it opens nothing, as 2027-11-24T08:00:00Z; it has no end where absent')
  .addOption(data())
  .action(async (options) => {
    const { createApiKey } = await import('./cli/key.ts');
    await createApiKey(options);
  });

const exporting = program.command('export').description('the journal for other programs');
exporting
  .command('hledger')
  .description('the whole journal in hledger’s format')
  .addOption(data())
  .action(async (options) => {
    const { exportJournal } = await import('./cli/export.ts');
    exportJournal(options.data);
  });

// Who reads has read enough, as `head` does: that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}

/** An operator's mistake is one sentence; anything else is ours and comes with its stack. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof OperatorError) {
    printNote(`feikong: ${error.message}`);
    return 1;
  }
  if (error instanceof AppError)
    printNote(`feikong: ${error.code}: ${error.message} ${JSON.stringify(error.context)}. ${ERROR_CODES[error.code].remedy}`);
  else printNote(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}
