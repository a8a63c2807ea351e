import type { RegisterMap } from '../../protocols/modbus/index.ts';
import type { RelayReport } from '../core/model/meter.ts';
import type { PurseReport } from '../core/model/recharge.ts';
import type { RegisterName } from '../core/model/register.ts';
import type { Asking, MeterFailure, RegisterAnswer, RelayOrder } from '../core/ports/meter-gateway.ts';
import type { PurseAnswer, PurseOrder } from '../core/ports/purse-gateway.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Zone } from '../kernel/local-time.ts';
import type { Result } from '../kernel/result.ts';
import type { Bus } from '../transports/bus/bus.ts';
import type { PortSettings } from '../transports/port-settings.ts';
import type { MeterSeal } from './seal.ts';

/** What a driver must know of a meter to talk to it. */
export interface DriverMeter {
  readonly id: string;
  readonly address: string;
  /** Where its port settings differ from the line's. */
  readonly port?: PortSettings | undefined;
  /** Of a 1997 meter: digits behind the point of its voltages, where they are known to differ from the base standard. */
  readonly voltageDecimals?: 0 | 1 | undefined;
  /** Of a Modbus meter: what its maker's table says. */
  readonly map?: RegisterMap | undefined;
  /** The meter's wall clock runs in it. */
  readonly zone: Zone;
  /** Two digits of level and six of password; undefined where none is known. */
  readonly password: string | undefined;
  /** Of a meter with an ESAM, whose relay orders are sealed; others obey the password. */
  readonly seal?: MeterSeal | undefined;
  /** Eight digits that the meter records with a command. */
  readonly operatorCode: string;
}

/** A protocol on a bus. Holds no timers and no locks: the bus owns ordering, the catalogue owns formats. */
export interface MeterDriver {
  readRegisters(
    meter: DriverMeter,
    registers: readonly RegisterName[],
    asking: Asking,
  ): Promise<Result<readonly RegisterAnswer[], MeterFailure>>;
  readRelay(meter: DriverMeter, asking: Asking): Promise<Result<RelayReport, MeterFailure>>;
  operateRelay(meter: DriverMeter, order: RelayOrder, asking: Asking): Promise<Result<'accepted', MeterFailure>>;
  /** Of a protocol whose meters may have a purse of their own. */
  readonly purse?: PurseDriver;
}

/** The purse of a meter that has a seal. */
export interface PurseDriver {
  read(meter: DriverMeter, asking: Asking): Promise<Result<PurseReport, MeterFailure>>;
  fill(meter: DriverMeter, order: PurseOrder, asking: Asking): Promise<Result<PurseAnswer, MeterFailure>>;
}

export type CreateDriver = (deps: { readonly bus: Bus; readonly clock: Clock }) => MeterDriver;
