/** Reads load records: what a meter noted of itself at regular times. */
import { decodeLoadRecords, formatValue, isLoadRecordDi } from '../../../protocols/dlt645/index.ts';
import { asRegister } from '../../core/model/register.ts';
import type { Asking, MeterFailure, RegisterAnswer } from '../../core/ports/meter-gateway.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { LocalTime } from '../../kernel/local-time.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { DriverMeter } from '../driver.ts';
import { EDITION_2007 } from './edition-2007.ts';
import { createReader } from './reader.ts';
import { said } from './said.ts';

/** Which records: by their DI, and for those from a time on how many. */
export interface LoadRecordAsk {
  readonly di: string;
  readonly blocks?: number;
  readonly from?: LocalTime;
}

interface LoadRecordDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly meter: DriverMeter;
  readonly asking: Asking;
}

/** Every register of every record, each with the record's time; none where the meter has no such record. */
export async function readLoadRecords(
  { bus, clock, meter, asking }: LoadRecordDeps,
  { di, ...which }: LoadRecordAsk,
): Promise<Result<readonly RegisterAnswer[], MeterFailure>> {
  const row = EDITION_2007.findRow(di);
  if (row === undefined || !isLoadRecordDi(di))
    return err({ code: 'unsupported-register', sent: false, protocolError: `${di} is no load record` });
  const data = await createReader({ bus, clock, edition: EDITION_2007 }).readAfresh(meter, row, asking, which);
  if (!data.ok) return data;
  const { bytes, heardAt } = data.value;
  const { records, extra } = decodeLoadRecords(bytes);
  if (extra.length > 0) return err({ code: 'bad-value', sent: true, protocolError: `${extra.length} bytes are no load record` });
  return ok(
    records.flatMap(({ time, intact, items }) =>
      items.map(({ register, unit, value }) => ({
        register: asRegister(register),
        // What the meter itself calls bad is no value.
        ...said(intact ? value : null),
        unit,
        ...(time === null ? {} : { occurred: formatValue(time) }),
        readAt: heardAt,
      })),
    ),
  );
}
