import Type, { type Static } from 'typebox';
import type { RelayBelief } from '../../core/model/meter.ts';
import type { MeterView } from '../../core/ports/queries.ts';
import { flagOrNull, formatOrNull, instantOrNull, listOf, oneOf, orNull, ref, text, textOrNull } from './fields.ts';
import { type ReadingDto, toReadingDto } from './reading.ts';

export const RelaySchema = Type.Object(
  {
    desired: textOrNull('What the last decision wants: closed or open'),
    reported: oneOf(['closed', 'open', 'armed', 'unknown'], 'What the meter said last; armed waits for the button'),
    reportedAt: instantOrNull('When it said so'),
    evidence: textOrNull('The raw word that says it'),
    keepPower: flagOrNull("The meter's own protection against a trip"),
    loadSide: oneOf(['agrees', 'silent', 'contradicts'], 'What the load says of the report'),
  },
  { $id: 'Relay' },
);
export type RelayDto = Static<typeof RelaySchema>;

export const MeterSchema = Type.Object(
  {
    id: text('Id of the meter'),
    meterPointId: text('The place that is supplied and billed'),
    accountId: text('The account that pays'),
    lineId: text('The line that it hangs on'),
    protocol: text('As dlt645-2007'),
    address: text('On the line'),
    zone: text('IANA time zone'),
    feeder: text('For the trip limiter'),
    currentRatio: text('CT'),
    voltageRatio: text('PT'),
    tariff: text('Id of the tariff'),
    ruleSet: text('Name of the rule set'),
    restoreBy: oneOf(['close', 'arm'], 'How supply comes back'),
    agreement: Type.Boolean({ description: 'A fee-control agreement is on file' }),
    keepPower: Type.Boolean({ description: 'Must not be tripped' }),
    relay: ref<RelayDto>('Relay'),
    readings: listOf<ReadingDto>('Reading', 'Newest of each register'),
  },
  { $id: 'Meter' },
);
export type MeterDto = Static<typeof MeterSchema>;

export function toRelayDto({ desired, reported, reportedAt, evidence, keepPower, loadSide }: RelayBelief): RelayDto {
  return {
    desired: orNull(desired),
    reported,
    reportedAt: formatOrNull(reportedAt),
    evidence: orNull(evidence),
    keepPower: orNull(keepPower),
    loadSide,
  };
}

export function toMeterDto({ meter, meterPoint, relay, latestReadings }: MeterView): MeterDto {
  const { id, meterPointId, lineId, protocol, address } = meter;
  const { accountId, zone, feeder, currentRatio, voltageRatio, tariff, ruleSet, restoreBy, agreement, keepPower } = meterPoint;
  return {
    id,
    meterPointId,
    accountId,
    lineId,
    protocol,
    address,
    zone,
    feeder,
    currentRatio: currentRatio.toString(),
    voltageRatio: voltageRatio.toString(),
    tariff,
    ruleSet,
    restoreBy,
    agreement,
    keepPower,
    relay: toRelayDto(relay),
    readings: latestReadings.map(toReadingDto),
  };
}
