import Type, { type Static } from 'typebox';
import { formatInstant } from '../../kernel/clock.ts';
import type { LineView } from '../lines.ts';
import { formatOrNull, instant, instantOrNull, oneOf, orNull, text, textOrNull } from './fields.ts';

const count = (description: string) => Type.Integer({ description });

export const OccupancySchema = Type.Object(
  {
    lineId: text('Id of the line'),
    occupancy: Type.Number({ description: 'Share of the last minute in which the line was in use or kept quiet, 0 to 1' }),
    planned: Type.Number({ description: 'Share of the line that its polls need if every meter answers at once, 0 to 1' }),
    arithmetic: textOrNull('What `planned` rests on; null where nothing is polled'),
    queueLength: count('Exchanges that wait'),
    waiting: Type.Record(Type.String(), Type.Integer(), { description: 'Exchanges that wait, by priority' }),
  },
  { $id: 'LineOccupancy' },
);
export type OccupancyDto = Static<typeof OccupancySchema>;

const MeterHealth = Type.Object({
  meter: text('Address on the line'),
  state: oneOf(['unknown', 'answering', 'failing', 'silent'], 'A silent meter is left to probes'),
  failures: count('Unanswered attempts in a row'),
  lastHeardAt: instantOrNull('Last answer'),
  nextProbeAt: instantOrNull('Earliest next probe of a silent one'),
});

const Counters = Type.Object({
  framesSent: count('Requests'),
  framesAccepted: count('Replies'),
  framesRefused: count('Frames that answered nobody'),
  lateReplies: count('Replies after their time'),
  noiseBytes: count('Bytes that belong to no frame'),
  timeouts: count('Requests without a reply'),
  repeats: count('Reads that were sent again'),
});

export const LineSchema = Type.Object(
  {
    id: text('Id of the line'),
    name: text('Its name'),
    transport: Type.Object({
      state: oneOf(['opening', 'up', 'down'], 'Whether bytes can pass'),
      since: instant('Since when'),
      reason: textOrNull('What went wrong last'),
    }),
    binding: textOrNull(
      'Of a line that dials in: unverified until a meter has said its own number, verified, or refused where another meter answered; null for others',
    ),
    occupancy: OccupancySchema.properties.occupancy,
    queueLength: OccupancySchema.properties.queueLength,
    meters: Type.Array(MeterHealth, { description: 'Every meter that was asked' }),
    counters: Counters,
  },
  { $id: 'Line' },
);
export type LineDto = Static<typeof LineSchema>;

export function toLineDto({ id, name, binding, transport, occupancy, queueLength, meters, counters }: LineView): LineDto {
  return {
    id,
    name,
    transport: { state: transport.state, since: formatInstant(transport.since), reason: orNull(transport.reason) },
    binding: orNull(binding),
    occupancy: rounded(occupancy),
    queueLength,
    meters: meters.map(({ meter, state, failures, lastHeardAt, nextProbeAt }) => ({
      meter,
      state,
      failures,
      lastHeardAt: formatOrNull(lastHeardAt),
      nextProbeAt: formatOrNull(nextProbeAt),
    })),
    counters: { ...counters },
  };
}

export function toOccupancyDto({ id, occupancy, plan, queueLength, waiting }: LineView): OccupancyDto {
  return {
    lineId: id,
    occupancy: rounded(occupancy),
    planned: rounded(plan?.share ?? 0),
    arithmetic: orNull(plan?.arithmetic),
    queueLength,
    waiting: { ...waiting },
  };
}

const rounded = (share: number): number => Math.round(share * 10_000) / 10_000;
