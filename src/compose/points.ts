import type { Config, LineConfig, PointConfig } from '../config/load.ts';
import { type PlanRegisters, registersOf } from '../core/model/plan-registers.ts';
import type { PricePlan } from '../core/model/price-plan.ts';
import type { RuleSet } from '../core/model/rule-set.ts';
import type { Signer } from '../core/ports/signer.ts';
import type { PointTerms } from '../core/services/situations.ts';
import type { ConnectedMeter } from '../drivers/connected-meters.ts';
import type { MeterDriver } from '../drivers/driver.ts';
import type { PushedMeter } from '../jobs/envelope-intake.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import type { MeterId, MeterPointId } from '../kernel/ids.ts';
import type { Line, Lines } from './lines.ts';
import { proofOf } from './meter-proof.ts';
import { driverOf } from './protocols.ts';

/**
 * What the configuration says of each meter point, as the core asks for it.
 *
 * @param plans every tariff with its dated prices
 */
export function termsOfPoints(config: Config, lines: Lines, plans: ReadonlyMap<string, PricePlan>): ReadonlyMap<MeterPointId, PointTerms> {
  const registers = new Map([...plans].map(([id, plan]) => [id, registersOf(plan)]));
  const { readingDay, instalmentDays } = config.settlement;
  return new Map(
    config.points.map(({ meterPoint, meter }): [MeterPointId, PointTerms] => [
      meterPoint.id,
      {
        zone: meterPoint.zone,
        rules: found<RuleSet>(config.ruleSets, meterPoint.ruleSet),
        plan: found<PricePlan>(plans, meterPoint.tariff),
        registers: found<PlanRegisters>(registers, meterPoint.tariff),
        planOf: (id) => plans.get(id),
        cycle: { readingDay, instalmentDays },
        simulatedLine: found<Line>(lines.byId, meter.lineId).simulated,
      },
    ]),
  );
}

/** Each meter with the driver of its protocol on its line; a line has one driver of a kind. */
export function connectMeters(config: Config, lines: Lines, clock: Clock, signer: Signer): ReadonlyMap<MeterId, ConnectedMeter> {
  const drivers = new Map<string, MeterDriver>();
  return new Map(
    config.points.map((point): [MeterId, ConnectedMeter] => {
      const { meter, meterPoint, port, voltageDecimals, registerMap, security } = point;
      const key = `${meter.lineId} ${meter.protocol}`;
      const line = found<Line>(lines.byId, meter.lineId);
      const driver = drivers.get(key) ?? driverFor(meter, line, clock);
      drivers.set(key, driver);
      const password = config.passwordOf(meter.id);
      return [
        meter.id,
        {
          driver,
          binding: line.binding === undefined ? undefined : { line: line.binding, proof: proofOf(point) },
          meter: {
            id: meter.id,
            address: meter.address,
            port,
            voltageDecimals,
            map: registerMap,
            zone: meterPoint.zone,
            password,
            seal: security === 'esam' ? { signer, simulatedLine: line.simulated } : undefined,
            operatorCode: config.operatorCode,
          },
        },
      ];
    }),
  );
}

/** The meters of lines on which a concentrator pushes, by where it finds them. */
export function pushedMeters({ points, lines }: Pick<Config, 'points' | 'lines'>): readonly PushedMeter[] {
  const transports = new Map<string, LineConfig['transport']>(lines.map(({ id, transport }) => [id, transport]));
  return points.flatMap(({ meter, meterPoint }) => {
    const { readingsTopic, concentrator, concentratorPort = 1 } = found(transports, meter.lineId);
    if (readingsTopic === undefined || concentrator === undefined) return [];
    return [{ concentrator, port: concentratorPort, address: meter.address, meterPointId: meterPoint.id, zone: meterPoint.zone }];
  });
}

function driverFor({ protocol }: PointConfig['meter'], { bus }: Line, clock: Clock): MeterDriver {
  const create = driverOf(protocol);
  if (create === undefined) throw new AppError('unknown-protocol', 'the configuration names a protocol without a driver', { protocol });
  return create({ bus, clock });
}

function found<T>(map: ReadonlyMap<string, T>, key: string): T {
  const value = map.get(key);
  if (value === undefined) throw new AppError('invariant-violated', 'the configuration was checked, and yet a name leads nowhere', { key });
  return value;
}
