import { type Clock, formatInstant, type Instant } from '../../kernel/clock.ts';
import type { MeterId, MeterPointId } from '../../kernel/ids.ts';
import { toLocalTime } from '../../kernel/local-time.ts';
import type { Logger } from '../../kernel/logger.ts';
import { asRegister, type RegisterName } from '../model/register.ts';
import type { MeterGateway } from '../ports/meter-gateway.ts';
import { shownBy } from '../ports/meter-gateway.ts';
import type { MeteringService } from './metering-service.ts';
import type { Situations } from './situations.ts';

export interface FreezeReaderDeps {
  readonly gateway: Pick<MeterGateway, 'readRegisters'>;
  readonly situations: Pick<Situations, 'termsOf'>;
  readonly metering: Pick<MeteringService, 'record'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A meter's own settlement day and hour, `DDhh`. @source DL/T 645-2007, table A.5: 04 00 0B 01 */
const SETTLEMENT_DAY = asRegister('dlt645:04000B01');
/** At the last settlement: the value group F of OBIS. */
const LAST_SETTLEMENT = '*101';

/**
 * Asks a meter for the registers of its last settlement, and stores them as read at an instant where the meter's own settlement day
 * and hour are those of that instant. A meter that has none, or another day, is no mistake: the readings around it are split.
 */
export function createFreezeReader({ gateway, situations, metering, clock, logger }: FreezeReaderDeps) {
  return async (meterPointId: MeterPointId, meterId: MeterId, at: Instant): Promise<void> => {
    const { registers, zone } = situations.termsOf(meterPointId);
    const frozen = new Map<RegisterName, RegisterName>(
      registers.wanted.map((register) => [asRegister(`${register}${LAST_SETTLEMENT}`), register]),
    );
    const answers = await gateway.readRegisters(meterId, [SETTLEMENT_DAY, ...frozen.keys()], { priority: 'back-fill' });
    if (!answers.ok) {
      logger.debug({ meterId, code: answers.error.code }, 'the registers of a settlement could not be read');
      return;
    }
    const own = answers.value.find(({ register }) => register === SETTLEMENT_DAY);
    const { day, hour, minute } = toLocalTime(at, zone);
    const expected = `${String(day).padStart(2, '0')}${String(hour).padStart(2, '0')}`;
    // A month later the last settlement is another one.
    if (own === undefined || shownBy(own) !== expected || minute !== 0 || clock.now() - at > 27 * 86_400_000) {
      logger.debug({ meterId, at: formatInstant(at), own: own && shownBy(own) }, 'the meter settles at another time');
      return;
    }
    const read = answers.value.flatMap((answer) => {
      const register = frozen.get(answer.register);
      return register === undefined || answer.value === undefined ? [] : [{ ...answer, register, readAt: at }];
    });
    if (read.length > 0) await metering.record({ meterPointId, answers: read, relay: undefined });
  };
}
