import { driverOf, PROTOCOLS } from '../compose/protocols.ts';
import { PUSHED, talkError } from '../config/meter-protocol.ts';
import type { MeterFailure } from '../core/ports/meter-gateway.ts';
import type { DriverMeter, MeterDriver } from '../drivers/driver.ts';
import { OperatorError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { ERROR_CODES } from '../kernel/error-codes.ts';
import { parseZone } from '../kernel/local-time.ts';
import type { Bus } from '../transports/bus/bus.ts';
import { openLink } from './link.ts';
import { readMapOption } from './map-option.ts';

/** What the command line says of the one meter that is talked to. */
export interface MeterOptions {
  readonly link: string;
  readonly protocol: string;
  readonly address: string;
  /** Of a Modbus meter. */
  readonly map?: string | undefined;
  /** Of a 1997 meter, `0` or `1`. */
  readonly voltageDecimals?: string | undefined;
  readonly zone: string;
  readonly password?: string | undefined;
  readonly operator?: string | undefined;
}

/** Meters that answer; one whose readings are pushed does not. */
const ASKED = PROTOCOLS.filter((protocol) => protocol !== PUSHED);

/** Opens the line, hands driver, meter and the line's bus to `work`, and gives the line back whatever happens. */
export async function withMeter<T>(
  options: MeterOptions,
  clock: Clock,
  work: (driver: MeterDriver, meter: DriverMeter, bus: Bus) => Promise<T>,
): Promise<T> {
  const createDriver = ASKED.includes(options.protocol) ? driverOf(options.protocol) : undefined;
  if (createDriver === undefined) throw wrong('--protocol', options.protocol, `one of ${ASKED.join(', ')}`);
  const voltageDecimals = decimalsOf(options.voltageDecimals);
  const talk = { ...options, voltageDecimals };
  const misfit = talkError(talk);
  if (misfit !== undefined) throw wrong(OPTION_OF[misfit.field], String(misfit.value ?? 'missing'), misfit.expected);
  if (!options.link.startsWith('tcp:') && options.protocol === 'modbus-tcp')
    throw wrong('--link', options.link, 'tcp://HOST:PORT for modbus-tcp; every other link carries the frames of a serial line');
  if (options.password !== undefined && !/^\d{8}$/.test(options.password))
    throw wrong('--password', 'something else', 'LLPPPPPP: two digits of level and six of password');
  if (options.operator !== undefined && !/^\d{8}$/.test(options.operator)) throw wrong('--operator', options.operator, '8 digits');
  const zone = parseZone(options.zone);
  if (zone === undefined) throw wrong('--zone', options.zone, 'an IANA time zone, as Asia/Shanghai');
  const map = options.map === undefined ? undefined : readMapOption(options.map);
  const link = await openLink(options.link, clock);
  try {
    const meter = {
      id: options.address,
      address: options.address,
      voltageDecimals,
      map,
      zone,
      password: options.password,
      operatorCode: options.operator ?? '00000000',
    };
    return await work(createDriver({ bus: link.bus, clock }), meter, link.bus);
  } finally {
    await link.close();
  }
}

const OPTION_OF = { address: '--address', map: '--map', security: '--security', voltageDecimals: '--voltage-decimals' } as const;

function decimalsOf(text: string | undefined): 0 | 1 | undefined {
  if (text === undefined) return undefined;
  if (text !== '0' && text !== '1') throw wrong('--voltage-decimals', text, '0 or 1');
  return text === '1' ? 1 : 0;
}

const wrong = (option: string, value: string, expected: string) =>
  new OperatorError('bad-request', `${option} is ${value}; expected ${expected}`, { option });

/** What went wrong on the line or at the meter, in one sentence with what to do. */
export function failureOf({ code, protocolError }: MeterFailure, address: string): OperatorError {
  const { meaning, remedy } = ERROR_CODES[code];
  const said = protocolError === undefined ? '' : ` (${protocolError})`;
  return new OperatorError(code, `Meter ${address}: ${meaning.toLowerCase()}${said}. ${remedy}`, { address });
}
