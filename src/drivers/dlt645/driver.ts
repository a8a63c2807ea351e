import { RELAY_STATUS_DI, relayStatus } from '../../../protocols/dlt645/index.ts';
import type { RelayReport, RelayState } from '../../core/model/meter.ts';
import type { RelayOrder } from '../../core/ports/meter-gateway.ts';
import { AppError } from '../../kernel/app-error.ts';
import { toLocalTime } from '../../kernel/local-time.ts';
import { err, ok } from '../../kernel/result.ts';
import type { CreateDriver, DriverMeter } from '../driver.ts';
import type { CatalogRow } from './edition.ts';
import { EDITION_2007, requestTo } from './edition-2007.ts';
import { exchangeOf } from './exchange.ts';
import { createReader } from './reader.ts';
import { refusalOf } from './refusal.ts';
import { operateSealedRelay } from './sealed-relay.ts';

/** A refusal or an acceptance is never longer. */
const SHORT_DATA = 2;

/** DL/T 645-2007 on a bus. */
export const createDlt645Driver: CreateDriver = ({ bus, clock }) => {
  const { readRegisters, readAfresh } = createReader({ bus, clock, edition: EDITION_2007 });
  return {
    readRegisters,

    async readRelay(meter, asking) {
      const row = statusRow();
      const data = await readAfresh(meter, row, asking);
      if (!data.ok) return data;
      const value = row.itemsOf(data.value.bytes)[0]?.value;
      if (value?.kind !== 'bits') return err({ code: 'bad-value', sent: true });
      return ok(relayReport(value.bits, data.value.heardAt));
    },

    async operateRelay(meter, order, asking) {
      if (meter.seal !== undefined) return operateSealedRelay({ bus, meter, seal: meter.seal, asking }, order);
      if (meter.password === undefined)
        return err({ code: 'unsupported-action', sent: false, protocolError: 'no password is configured for this meter' });
      const request = requestTo(meter.address, relayRequest(meter, order, meter.password));
      const reply = await bus.request(exchangeOf({ meter, request, longestData: SHORT_DATA, repeatable: false }), asking);
      if (!reply.ok) return reply;
      const answer = request.replyIn(reply.value.bytes);
      return answer?.kind === 'refused' ? err(refusalOf(answer)) : ok('accepted');
    },
  };
};

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
