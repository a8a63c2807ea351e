import type { MeterPointId } from '../../kernel/ids.ts';

/** What the keys of all charges of a billing period begin with: behind it come day and revision. */
export const chargesOf = (meterPointId: MeterPointId, periodId: string): string => `charge:${meterPointId}:${periodId}:`;
/** The same, of the key of one of them. */
export const chargesBeside = (key: string): string => key.slice(0, key.lastIndexOf(':', key.lastIndexOf(':') - 1) + 1);
