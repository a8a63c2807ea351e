/** The one schema of the configuration: types, validation, defaults and `config/config.schema.json` come from it. */
import Type, { type Static, type TSchemaOptions } from 'typebox';

const closed = { additionalProperties: false } as const;
const id = (what: string) =>
  Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$', description: `${what}: letters, digits, dot, dash, underscore` });
const decimal = (what: string) => Type.String({ pattern: '^-?\\d{1,12}(\\.\\d{1,8})?$', description: `${what}, as a decimal in quotes` });

const SPEEDS = { minimum: 300, maximum: 115200 } as const;
const dataBits = (options: TSchemaOptions) => Type.Union([Type.Literal(7), Type.Literal(8)], options);
const parity = (options: TSchemaOptions) => Type.Union([Type.Literal('none'), Type.Literal('even'), Type.Literal('odd')], options);
const stopBits = (options: TSchemaOptions) => Type.Union([Type.Literal(1), Type.Literal(2)], options);

const PortSettings = Type.Object(
  {
    baudRate: Type.Integer({ ...SPEEDS, default: 2400, description: 'RS-485 default of DL/T 645-2007; 9600 is common in the field' }),
    dataBits: dataBits({ default: 8 }),
    parity: parity({ default: 'even' }),
    stopBits: stopBits({ default: 1 }),
  },
  { ...closed, default: {}, description: 'Port settings of the physical line' },
);

const MeterPort = Type.Object(
  {
    baudRate: Type.Optional(Type.Integer(SPEEDS)),
    dataBits: Type.Optional(dataBits({})),
    parity: Type.Optional(parity({})),
    stopBits: Type.Optional(stopBits({})),
  },
  { ...closed, description: 'Where this meter differs from its serial line; the rest is the line’s' },
);

const Transport = Type.Object(
  {
    type: Type.Union([Type.Literal('serial'), Type.Literal('tcp'), Type.Literal('tcp-server'), Type.Literal('mqtt')]),
    path: Type.Optional(Type.String({ description: 'serial: the port, as /dev/serial/by-id/…' })),
    host: Type.Optional(Type.String({ description: 'tcp: the DTU or converter' })),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: 'tcp: its port' })),
    concurrent: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 16,
        description: 'tcp with Modbus TCP meters only: exchanges in flight together; 1 where absent',
      }),
    ),
    listener: Type.Optional(id('tcp-server: id of the listener at which the DTU dials in')),
    identity: Type.Optional(
      Type.String({
        pattern: '^[!-~]{1,128}$',
        description: 'tcp-server: what the DTU registers with; upper-case hex where the registration is hex',
      }),
    ),
    concentrator: Type.Optional(id('mqtt: the concentrator')),
    concentratorPort: Type.Optional(Type.Integer({ minimum: 1, maximum: 255, description: 'mqtt: its RS-485 port; 1 where absent' })),
    downTopic: Type.Optional(Type.String({ description: 'mqtt: topic of requests, {concentrator} is filled in' })),
    upTopic: Type.Optional(Type.String({ description: 'mqtt: topic of replies' })),
    statusTopic: Type.Optional(
      Type.String({ description: 'mqtt: topic on which the concentrator says that it is there; without it nobody asks' }),
    ),
    readingsTopic: Type.Optional(
      Type.String({ description: 'mqtt: topic on which the concentrator pushes readings of this line; without it none are taken' }),
    ),
  },
  { ...closed, description: 'How the line is reached' },
);

const Line = Type.Object(
  {
    id: id('Line'),
    name: Type.Optional(Type.String({ maxLength: 80 })),
    transport: Transport,
    port: PortSettings,
    simulated: Type.Boolean({ default: false, description: 'The line ends in a simulator on this machine' }),
  },
  closed,
);

const PacketAs = Type.Union([Type.Literal('ascii'), Type.Literal('hex')], { default: 'ascii', description: 'How the packet is written' });

const Listener = Type.Object(
  {
    id: id('Listener'),
    listen: Type.String({ description: 'HOST:PORT where DTUs dial in; any host but loopback needs tls' }),
    tls: Type.Optional(Type.Object({ certFile: Type.String(), keyFile: Type.String() }, closed)),
    registration: Type.Object(
      {
        as: PacketAs,
        packet: Type.String({ maxLength: 256, description: 'What a DTU says first; {identity} stands for its identity' }),
        identityLength: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 64, description: 'In bytes; needed for hex, and where nothing follows the identity' }),
        ),
      },
      closed,
    ),
    heartbeat: Type.Optional(
      Type.Object(
        {
          as: PacketAs,
          packet: Type.String({ maxLength: 256, description: 'What a DTU says to be known alive; {identity} is filled in' }),
          answer: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'What it wants to hear in turn' })),
          everyMs: Type.Integer({ minimum: 1000, maximum: 3_600_000, default: 60_000, description: 'The period that the DTUs are set to' }),
        },
        closed,
      ),
    ),
    probeMs: Type.Optional(
      Type.Integer({
        minimum: 1000,
        maximum: 3_600_000,
        description: 'How long a live DTU may be silent when a second connection claims its identity; 1.25 × everyMs, or a minute',
      }),
    ),
  },
  { ...closed, description: 'A port at which DTUs dial in' },
);

const Rate = Type.Object(
  {
    component: Type.String({ pattern: '^[a-z][a-z0-9:-]{0,39}$', description: 'Bill line, as energy or energy:peak' }),
    register: Type.String({
      pattern: '^(1-0:[12]\\.8\\.\\d{1,2}|dlt645:[0-9A-F]{8})$',
      description: 'The energy register that counts it, as 1-0:1.8.0',
    }),
    price: decimal('Yuan per kWh'),
  },
  closed,
);

const Tariff = Type.Object(
  {
    file: Type.Optional(Type.String({ description: 'Path of a price plan, from this file; its id is the tariff’s' })),
    id: Type.Optional(id('Tariff')),
    rates: Type.Optional(
      Type.Array(Rate, { minItems: 1, maxItems: 6, description: 'Prices alone; another price holds from the start at which it is read' }),
    ),
  },
  { ...closed, description: 'A price plan of its own file, or an id and prices' },
);

const readingDay = (description: string) => Type.Integer({ minimum: 1, maximum: 28, description });
const Settlement = Type.Object(
  {
    readingDay: Type.Integer({
      minimum: 1,
      maximum: 28,
      default: 1,
      description: 'Day of the month at whose local midnight a period ends',
    }),
    instalmentDays: Type.Array(readingDay('Day of the month'), {
      default: [],
      maxItems: 27,
      description: 'Days of the month on which an instalment is billed, for contracts that are settled by instalments',
    }),
    dueDays: Type.Integer({ minimum: 0, maximum: 60, default: 4, description: 'Days after the day of settlement on which a bill is due' }),
    lateFees: Type.Optional(
      Type.String({
        description: 'Path of a file of late-fee rates, from this file, as config/late-fees/default.yaml; absent: nobody is charged',
      }),
    ),
    waitMinutes: Type.Integer({
      minimum: 0,
      maximum: 2880,
      default: 120,
      description: 'How long a settlement waits for the registers of its instant before it charges provisionally',
    }),
  },
  { ...closed, default: {}, description: 'Where neither the contract nor the district says otherwise' },
);

const Meter = Type.Object(
  {
    id: id('Meter'),
    line: id('Line'),
    protocol: Type.String({ default: 'dlt645-2007' }),
    address: Type.String({
      pattern: '^\\d{1,12}$',
      description: 'DL/T 645: the 12 digits printed on the meter; Modbus: the unit, 1 to 247',
    }),
    map: Type.Optional(
      Type.String({ description: 'Modbus: a register map by name, as eastron-sdm630, or the path of one from this file' }),
    ),
    port: Type.Optional(MeterPort),
    voltageDecimals: Type.Optional(
      Type.Union([Type.Literal(0), Type.Literal(1)], {
        description: 'dlt645-1997: digits behind the point of its voltages, which no frame tells; 0 as in the base standard where absent',
      }),
    ),
    serialNumber: Type.Optional(
      Type.String({ pattern: '^\\d{1,20}$', description: 'Modbus: what register 0-0:96.1.0 of its map says, for lines that dial in' }),
    ),
    binding: Type.Union([Type.Literal('number'), Type.Literal('presence')], {
      default: 'number',
      description: 'tcp-server: number, the meter must say its own number after each registration; presence, any answer of it is enough',
    }),
    security: Type.Union([Type.Literal('password'), Type.Literal('esam')], {
      default: 'password',
      description:
        'password: relay commands in plaintext; esam: sealed by the signer, which for lines that are not simulated is an encryption machine',
    }),
    account: id('Account that is charged'),
    meterPoint: Type.Optional(id('Meter point; the meter’s id where absent')),
    feeder: Type.String({ default: 'feeder-1', description: 'For the trip limiter' }),
    tariff: id('Tariff'),
    ruleSet: id('Rule set'),
    restoreBy: Type.Union([Type.Literal('close'), Type.Literal('arm')], {
      default: 'arm',
      description: 'close: the relay is closed directly; arm: the customer presses the button',
    }),
    agreement: Type.Boolean({ default: false, description: 'A signed fee-control agreement is on file; without it no trip' }),
    keepPower: Type.Boolean({ default: false, description: 'This customer must not be tripped' }),
    currentRatio: Type.Integer({ minimum: 1, maximum: 100000, default: 1 }),
    voltageRatio: Type.Integer({ minimum: 1, maximum: 100000, default: 1 }),
    maxPowerKw: decimal('What the connection can carry, kW before the ratio'),
    openingPayment: Type.Optional(decimal('Yuan that the account opens with, posted once')),
    pollIntervalMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 86_400_000 })),
  },
  closed,
);

export const ConfigSchema = Type.Object(
  {
    site: Type.Object(
      {
        name: Type.String({ default: 'Feikong' }),
        zone: Type.String({ default: 'Asia/Shanghai', description: 'IANA time zone of meters and business days' }),
      },
      { ...closed, default: {} },
    ),
    api: Type.Object(
      {
        listen: Type.String({ default: '127.0.0.1:8645', description: 'HOST:PORT; any host but loopback needs tls' }),
        tls: Type.Optional(Type.Object({ certFile: Type.String(), keyFile: Type.String() }, closed)),
        requestsPerMinute: Type.Integer({ minimum: 1, maximum: 10_000_000, default: 6000, description: 'Rate limit of each key' }),
      },
      { ...closed, default: {} },
    ),
    mqtt: Type.Object(
      {
        url: Type.Optional(
          Type.String({
            pattern: '^mqtts?://',
            description:
              'A broker of yours; without it one is embedded. User and password come from FEIKONG_MQTT_USERNAME and FEIKONG_MQTT_PASSWORD',
          }),
        ),
        version: Type.Union([Type.Literal('3.1.1'), Type.Literal(5)], {
          default: '3.1.1',
          description: 'What your broker speaks, 3.1.1 or 5; the embedded one speaks 3.1.1',
        }),
        clientId: Type.Optional(
          id('Names us at your broker, which keeps what concentrators push while we are away; no other gateway has it'),
        ),
        listen: Type.String({
          default: '127.0.0.1:0',
          description: 'HOST:PORT of the embedded broker, port 0 takes a free one; any host but loopback needs tls and passwords',
        }),
        tls: Type.Optional(Type.Object({ certFile: Type.String(), keyFile: Type.String() }, closed)),
      },
      { ...closed, default: {} },
    ),
    archive: Type.Object(
      {
        columns: Type.Record(Type.String(), Type.Array(Type.String({ minLength: 1, maxLength: 80 }), { maxItems: 20 }), {
          default: {},
          description:
            'More names for the columns of imported files, by field: {"customerId": ["用户编码"]}; docs/archive.md lists the fields',
        }),
      },
      { ...closed, default: {} },
    ),
    poll: Type.Object({ intervalMs: Type.Integer({ minimum: 100, maximum: 86_400_000, default: 60_000 }) }, { ...closed, default: {} }),
    signer: Type.Object(
      {
        kind: Type.Union([Type.Literal('software'), Type.Literal('http')], {
          default: 'software',
          description: 'Who seals for meters with security: esam. software: test keys, simulated lines only; http: an encryption machine',
        }),
        url: Type.Optional(Type.String({ description: 'http: where the machine’s paths begin; https, or http on loopback' })),
        caFile: Type.Optional(Type.String({ description: 'http: PEM of the authority behind its certificate, from this file' })),
        timeoutMs: Type.Integer({ minimum: 100, maximum: 60_000, default: 5000, description: 'http: for one question and its answer' }),
      },
      { ...closed, default: {} },
    ),
    secretsFile: Type.Optional(Type.String({ description: 'A file of mode 0600 with the meters’ passwords, beside this one' })),
    operatorCode: Type.String({
      pattern: '^\\d{8}$',
      default: '00000001',
      description: 'What the meters record as the operator of our commands',
    }),
    notifier: Type.Union([Type.Literal('none'), Type.Literal('simulated')], {
      default: 'none',
      description: 'none: no notice is ever delivered, so nobody is tripped',
    }),
    ruleSets: Type.Array(Type.String({ description: 'Path of a rule set file, from this file' }), { minItems: 1 }),
    tariffs: Type.Array(Tariff, { minItems: 1 }),
    settlement: Settlement,
    listeners: Type.Array(Listener, { default: [], maxItems: 64 }),
    lines: Type.Array(Line, { minItems: 1, maxItems: 10_000 }),
    meters: Type.Array(Meter, { minItems: 1, maxItems: 200_000 }),
  },
  { ...closed, title: 'Feikong configuration' },
);

export type ConfigFile = Static<typeof ConfigSchema>;

export const RuleSetSchema = Type.Object(
  {
    name: id('Rule set'),
    warnBelow: decimal('Yuan: below it the customer is told'),
    tripAtOrBelow: decimal('Yuan: at or below it the trip flow starts'),
    graceMinutes: Type.Number({ minimum: 0, maximum: 525_600 }),
    window: Type.Object(
      {
        from: Type.String({ pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$', description: 'Local time, hh:mm' }),
        to: Type.String({ pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$' }),
      },
      closed,
    ),
    noTripWeekdays: Type.Array(Type.Integer({ minimum: 0, maximum: 6 }), { default: [], description: '0 is Sunday' }),
    freshnessMinutes: Type.Number({ exclusiveMinimum: 0 }),
    relayFreshnessMinutes: Type.Number({ exclusiveMinimum: 0 }),
    tripDeadlineMinutes: Type.Number({ exclusiveMinimum: 0, maximum: 1440 }),
    restoreDeadlineMinutes: Type.Number({ exclusiveMinimum: 0, maximum: 1440 }),
    relaySettleSeconds: Type.Number({
      minimum: 0,
      maximum: 600,
      default: 10,
      description: 'How long a relay may take to open: a trip that finds it closed is not over before, and no frame of it is repeated',
    }),
    relayClockBoundMinutes: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1440,
        description: 'How far the clock of a meter may be off when a trip leaves; absent: it is not read before relay commands',
      }),
    ),
    restoreOverdueMinutes: Type.Number({ exclusiveMinimum: 0, maximum: 1440 }),
    limiter: Type.Object(
      {
        perMinute: Type.Integer({ minimum: 0 }),
        feederPercentPerDay: Type.Integer({ minimum: 0, maximum: 100, description: 'Of the feeder’s meters; 0 trips none' }),
        fleetPercentPerDay: Type.Integer({ minimum: 0, maximum: 100, description: 'Of all meters; 0 trips none' }),
      },
      closed,
    ),
    simulatedOnly: Type.Boolean({ default: false, description: 'Refuses to load for lines that are not simulated' }),
  },
  { ...closed, title: 'Feikong rule set' },
);

export const SecretsSchema = Type.Object(
  {
    meterPasswords: Type.Record(
      Type.String(),
      Type.String({ pattern: '^\\d{8}$', description: 'LLPPPPPP: two digits of level, six of password' }),
      { default: {}, description: 'By meter id; * for all others' },
    ),
    concentratorPasswords: Type.Record(Type.String(), Type.String({ minLength: 8, maxLength: 128, description: '8 to 128 characters' }), {
      default: {},
      description: 'By concentrator: its login at the embedded broker',
    }),
  },
  { ...closed, title: 'Feikong secrets' },
);

export type SecretsFile = Static<typeof SecretsSchema>;
