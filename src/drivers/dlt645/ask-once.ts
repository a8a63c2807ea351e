import type { Reply, Request } from '../../../protocols/dlt645/index.ts';
import type { Asking, MeterFailure } from '../../core/ports/meter-gateway.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { DriverMeter } from '../driver.ts';
import { requestTo } from './edition-2007.ts';
import { ask } from './exchange.ts';

/** The longest answer to what is no read: the new password that a change of it tells. */
const LONGEST_ANSWER = 4;

/** Sends one request that changes something, once, and gives the meter's own answer. A failure with `sent` leaves the effect unknown. */
export async function askOnce(
  { bus, meter, asking }: { readonly bus: Bus; readonly meter: DriverMeter; readonly asking: Asking },
  request: Request,
): Promise<Result<Reply, MeterFailure>> {
  const asked = requestTo(meter.address, request);
  const outcome = await ask(bus, { meter, request: asked, longestData: LONGEST_ANSWER, repeatable: false }, asking);
  if (!outcome.ok) return outcome;
  const reply = asked.replyIn(outcome.value.bytes);
  return reply === undefined ? err({ code: 'bad-value', sent: true }) : ok(reply);
}
