import type { RuleSet } from '../core/model/rule-set.ts';
import { type Money, parseMoney } from '../kernel/units.ts';
import { configError, readYaml } from './read-yaml.ts';
import { RuleSetSchema } from './schema.ts';

const MS_PER_MINUTE = 60_000;

/** Reads a rule set file: minutes become milliseconds, `hh:mm` minutes of the day, yuan exact money. */
export function loadRuleSet(file: string): RuleSet {
  const raw = readYaml(file, RuleSetSchema);
  const moneyOf = (path: 'warnBelow' | 'tripAtOrBelow'): Money => {
    const amount = parseMoney(raw[path]);
    if (!amount.ok) throw configError(file, path, raw[path], amount.error.expected);
    return amount.value;
  };
  const warnBelow = moneyOf('warnBelow');
  const tripAtOrBelow = moneyOf('tripAtOrBelow');
  if (tripAtOrBelow > warnBelow)
    throw configError(
      file,
      'tripAtOrBelow',
      raw.tripAtOrBelow,
      `at most warnBelow, ${raw.warnBelow}: a customer is told before supply ends`,
    );
  return {
    name: raw.name,
    warnBelow,
    tripAtOrBelow,
    graceMs: raw.graceMinutes * MS_PER_MINUTE,
    window: { fromMinute: minuteOf(raw.window.from), toMinute: minuteOf(raw.window.to) },
    noTripWeekdays: raw.noTripWeekdays,
    freshnessMs: raw.freshnessMinutes * MS_PER_MINUTE,
    relayFreshnessMs: raw.relayFreshnessMinutes * MS_PER_MINUTE,
    tripDeadlineMs: raw.tripDeadlineMinutes * MS_PER_MINUTE,
    restoreDeadlineMs: raw.restoreDeadlineMinutes * MS_PER_MINUTE,
    relaySettleMs: raw.relaySettleSeconds * 1000,
    relayClockBoundMs: raw.relayClockBoundMinutes === undefined ? undefined : raw.relayClockBoundMinutes * MS_PER_MINUTE,
    restoreOverdueMs: raw.restoreOverdueMinutes * MS_PER_MINUTE,
    limiter: raw.limiter,
    simulatedOnly: raw.simulatedOnly,
  };
}

function minuteOf(text: string): number {
  const [hours = '', minutes = ''] = text.split(':');
  return Number(hours) * 60 + Number(minutes);
}
