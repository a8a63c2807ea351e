/** Plain facts for tests of the core: a flat in Shanghai, its account, its meter, its rules. */
import { BEGINNING } from '../../src/core/model/archive.ts';
import { MONTHLY } from '../../src/core/model/billing-cycle.ts';
import type { Command } from '../../src/core/model/command.ts';
import type { Meter, MeterPoint, RelayReport } from '../../src/core/model/meter.ts';
import type { Notice, NoticeKind } from '../../src/core/model/notice.ts';
import { registersOf } from '../../src/core/model/plan-registers.ts';
import type { PricePlan } from '../../src/core/model/price-plan.ts';
import type { Reading } from '../../src/core/model/reading.ts';
import { ENERGY_TOTAL } from '../../src/core/model/register.ts';
import type { RuleSet } from '../../src/core/model/rule-set.ts';
import { statedPlan } from '../../src/core/model/stated-plan.ts';
import type { PointTerms } from '../../src/core/services/situations.ts';
import { type Instant, parseInstant, plusMs } from '../../src/kernel/clock.ts';
import { asId, type NewId } from '../../src/kernel/ids.ts';
import { parseZone, type Zone } from '../../src/kernel/local-time.ts';
import { type Energy, type Money, type Price, parseEnergy, parseMoney, parsePrice, power } from '../../src/kernel/units.ts';

const taken = <T>(value: T | undefined, text: string): T => {
  if (value === undefined) throw new TypeError(`the test says ${text}, which cannot be read`);
  return value;
};

export const instant = (text: string): Instant => taken(parseInstant(text), text);
export const zoneOf = (name: string): Zone => taken(parseZone(name), name);
export const yuan = (text: string): Money => {
  const parsed = parseMoney(text);
  return taken(parsed.ok ? parsed.value : undefined, text);
};
export const kwh = (text: string): Energy => {
  const parsed = parseEnergy(text);
  return taken(parsed.ok ? parsed.value : undefined, text);
};
export const yuanPerKwh = (text: string): Price => {
  const parsed = parsePrice(text);
  return taken(parsed.ok ? parsed.value : undefined, text);
};

export const SHANGHAI = zoneOf('Asia/Shanghai');
/** A Tuesday, eight in the evening in Shanghai. */
export const EVENING = instant('2026-11-24T12:00:00Z');

/** Prices alone, since ever or since the instants given. */
export const planOf = (id: string, ...stated: readonly (Readonly<Record<string, string>> & { readonly since?: string })[]): PricePlan =>
  statedPlan(
    id,
    JSON.stringify(stated),
    stated.map(({ since, ...prices }) => ({
      from: since === undefined ? BEGINNING : instant(since),
      prices: new Map(Object.entries(prices).map(([component, price]) => [component, yuanPerKwh(price)])),
    })),
  );
export const FLAT: PricePlan = planOf('flat', { energy: '0.5' });

/** What a place is charged by; the plan holds whatever the archive calls it. */
export const billingTerms = (plan: PricePlan): Pick<PointTerms, 'plan' | 'planOf' | 'registers' | 'cycle' | 'zone'> => ({
  zone: SHANGHAI,
  plan,
  planOf: () => plan,
  registers: registersOf(plan),
  cycle: MONTHLY,
});

/** Warned below 10 yuan, tripped at 0; no grace, always open. */
export const RULES: RuleSet = {
  name: 'test',
  warnBelow: yuan('10'),
  tripAtOrBelow: yuan('0'),
  graceMs: 0,
  window: { fromMinute: 0, toMinute: 1440 },
  noTripWeekdays: [],
  freshnessMs: 120_000,
  relayFreshnessMs: 120_000,
  tripDeadlineMs: 120_000,
  relaySettleMs: 10_000,
  restoreDeadlineMs: 3_600_000,
  relayClockBoundMs: undefined,
  restoreOverdueMs: 60_000,
  limiter: { perMinute: 10, feederPercentPerDay: 100, fleetPercentPerDay: 100 },
  simulatedOnly: false,
};

export const POINT: MeterPoint = {
  id: asId('p1'),
  accountId: asId('a1'),
  zone: SHANGHAI,
  feeder: 'feeder-1',
  currentRatio: 1n,
  voltageRatio: 1n,
  maxPower: power(20_000_000n),
  tariff: 'flat',
  ruleSet: 'test',
  restoreBy: 'close',
  agreement: true,
  keepPower: false,
};
export const METER: Meter = {
  id: asId('m1'),
  meterPointId: POINT.id,
  lineId: asId('line-1'),
  protocol: 'dlt645-2007',
  address: '000000000001',
};

export const readingOf = (value: string, measuredAt: Instant, more: Partial<Reading> = {}): Reading => ({
  meterId: METER.id,
  register: ENERGY_TOTAL,
  value: kwh(value),
  measuredAt,
  heardAt: measuredAt,
  quality: 'good',
  reason: '',
  ...more,
});

export const commandOf = (more: Partial<Command> = {}): Command => ({
  id: asId('cmd_1'),
  meterId: METER.id,
  meterPointId: POINT.id,
  action: 'trip',
  cause: 'money',
  actor: asId('system:fee-control'),
  reason: 'available -1.00 yuan',
  decisionId: undefined,
  createdAt: EVENING,
  expiresAt: plusMs(EVENING, 120_000),
  state: 'queued',
  version: 1,
  ...more,
});

export const noticeOf = (kind: NoticeKind, more: Partial<Notice> = {}): Notice => ({
  id: asId(`ntc_${kind}`),
  accountId: POINT.accountId,
  meterPointId: POINT.id,
  kind,
  crossing: 1,
  state: 'delivered',
  queuedAt: plusMs(EVENING, -3_600_000),
  settledAt: plusMs(EVENING, -3_600_000),
  receipt: 'receipt-1',
  text: 'text',
  ...more,
});

export const reportOf = (relay: RelayReport['relay'], more: Partial<RelayReport> = {}): RelayReport => ({
  relay,
  tripDelayed: false,
  keepPower: false,
  evidence: `dlt645:04000503=${relay}`,
  readAt: EVENING,
  ...more,
});

/** Ids that count: `cmd_1`, `cmd_2`, … */
export function createCountingIds(): NewId {
  let count = 0;
  return <Kind extends ReturnType<NewId>>(prefix: string) => `${prefix}_${String(++count).padStart(6, '0')}` as Kind;
}
