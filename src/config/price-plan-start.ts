import type { Start } from '../core/model/price-plan.ts';
import { type Instant, parseInstant } from '../kernel/clock.ts';
import { parseBusinessDay, startOfDay, type Zone } from '../kernel/local-time.ts';
import type { Wrong } from './read-yaml.ts';

/** Days and instants stand in one order only in a zone; a plan is for those of one country. */
const PLAN_ZONE = 'Asia/Shanghai' as Zone;

export function startOf(text: string, place: string, wrong: Wrong): Start {
  const start = parseBusinessDay(text) ?? parseInstant(text);
  if (start === undefined) throw wrong(place, text, 'a day of the calendar, as 2026-06-01, or an RFC 3339 instant');
  return start;
}

export const instantOfStart = (start: Start): Instant => (typeof start === 'number' ? start : startOfDay(start, PLAN_ZONE));
