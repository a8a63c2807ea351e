import { RELAY_STATUS_DI, relayStatus } from '../../../protocols/dlt645/index.ts';
import type { RelayReport, RelayState } from '../../core/model/meter.ts';
import type { RegisterName } from '../../core/model/register.ts';
import type { Asking, MeterFailure, RelayOrder } from '../../core/ports/meter-gateway.ts';
import type { PurseOrder } from '../../core/ports/purse-gateway.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import { toLocalTime } from '../../kernel/local-time.ts';
import { err, ok } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { CreateDriver, DriverMeter, MeterDriver, PurseDriver } from '../driver.ts';
import { askOnce } from './ask-once.ts';
import type { CatalogRow } from './edition.ts';
import { EDITION_2007 } from './edition-2007.ts';
import { createReader, type Reader } from './reader.ts';
import { refusalOf } from './refusal.ts';
import { fillSealedPurse, readSealedPurse } from './sealed-purse.ts';
import { operateSealedRelay } from './sealed-relay.ts';

/** DL/T 645-2007 on a bus. */
export const createDlt645Driver: CreateDriver = (deps) => new Dlt645Driver(deps);

class Dlt645Driver implements MeterDriver, PurseDriver {
  private readonly bus: Bus;
  private readonly clock: Clock;
  private readonly reader: Reader;

  constructor({ bus, clock }: Parameters<CreateDriver>[0]) {
    this.bus = bus;
    this.clock = clock;
    this.reader = createReader({ bus, clock, edition: EDITION_2007 });
  }

  get purse(): PurseDriver {
    return this;
  }

  readRegisters(meter: DriverMeter, registers: readonly RegisterName[], asking: Asking): ReturnType<MeterDriver['readRegisters']> {
    return this.reader.readRegisters(meter, registers, asking);
  }

  async readRelay(meter: DriverMeter, asking: Asking): ReturnType<MeterDriver['readRelay']> {
    const row = statusRow();
    const data = await this.reader.readAfresh(meter, row, asking);
    if (!data.ok) return data;
    const value = row.itemsOf(data.value.bytes)[0]?.value;
    if (value?.kind !== 'bits') return err({ code: 'bad-value', sent: true });
    return ok(relayReport(value.bits, data.value.heardAt));
  }

  async operateRelay(meter: DriverMeter, order: RelayOrder, asking: Asking): ReturnType<MeterDriver['operateRelay']> {
    const { bus } = this;
    const { seal, password } = meter;
    if (seal !== undefined) return this.reader.order(meter, asking, () => operateSealedRelay({ bus, meter, seal, asking }, order));
    if (password === undefined)
      return err({ code: 'unsupported-action', sent: false, protocolError: 'no password is configured for this meter' });
    const request = relayRequest(meter, order, password);
    const answer = await this.reader.order(meter, asking, () => askOnce({ bus, meter, asking }, request));
    if (!answer.ok) return answer;
    return answer.value.kind === 'refused' ? err(refusalOf(answer.value)) : ok('accepted');
  }

  async read(meter: DriverMeter, asking: Asking): ReturnType<PurseDriver['read']> {
    const { bus, clock } = this;
    const { seal } = meter;
    if (seal === undefined) return err(NO_SEAL);
    return this.reader.order(meter, asking, () => readSealedPurse({ bus, meter, seal, asking }, clock));
  }

  async fill(meter: DriverMeter, order: PurseOrder, asking: Asking): ReturnType<PurseDriver['fill']> {
    const { bus } = this;
    const { seal } = meter;
    if (seal === undefined) return err(NO_SEAL);
    return this.reader.order(meter, asking, () => fillSealedPurse({ bus, meter, seal, asking }, order));
  }
}

const NO_SEAL: MeterFailure = { code: 'unsupported-action', sent: false, protocolError: 'no signer seals for this meter' };

function relayRequest(meter: DriverMeter, { action, expiresAt }: RelayOrder, password: string) {
  return { kind: 'relay', action, password, operator: meter.operatorCode, limit: 0, deadline: toLocalTime(expiresAt, meter.zone) } as const;
}

function statusRow(): CatalogRow {
  const row = EDITION_2007.findRow(RELAY_STATUS_DI);
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
