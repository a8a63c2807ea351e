/** Rows as the core's nouns: the edge at which texts and integers of the database get their types. */

import type { Account } from '../../../core/model/account.ts';
import type { ApiKey } from '../../../core/model/api-key.ts';
import type { Case } from '../../../core/model/case.ts';
import type { Command, CommandMove } from '../../../core/model/command.ts';
import type { Crossing } from '../../../core/model/crossing.ts';
import type { StoredDecision } from '../../../core/model/decision.ts';
import type { Mark } from '../../../core/model/mark.ts';
import type { Meter, MeterPoint, MeterSpan, RelayBelief } from '../../../core/model/meter.ts';
import type { Notice } from '../../../core/model/notice.ts';
import type { StoredPayment } from '../../../core/model/payment.ts';
import type { Reading } from '../../../core/model/reading.ts';
import { type Instant, instantOf } from '../../../kernel/clock.ts';
import type { Zone } from '../../../kernel/local-time.ts';
import { energy, money, power } from '../../../kernel/units.ts';
import type { Schema } from '../schema.ts';

export const instant = (value: bigint): Instant => instantOf(Number(value));
export const instantIf = (value: bigint | null): Instant | undefined => (value === null ? undefined : instant(value));

export const accountOf = (row: Schema['accounts']): Account => ({ id: row.id, state: row.state }) as Account;

export const meterOf = (row: Schema['meters']): Meter =>
  ({ id: row.id, meterPointId: row.meter_point_id, lineId: row.line_id, protocol: row.protocol, address: row.address }) as Meter;

export const spanOf = ({ meter_id, from_at, to_at }: Schema['meter_spans']): MeterSpan =>
  ({ meterId: meter_id, from: instant(from_at), to: instantIf(to_at) }) as MeterSpan;

export function meterPointOf(row: Schema['meter_points']): MeterPoint {
  const { id, account_id: accountId, feeder, tariff, rule_set: ruleSet, restore_by: restoreBy } = row;
  const flags = { agreement: row.agreement === 1n, keepPower: row.keep_power === 1n };
  const exact = { currentRatio: row.current_ratio, voltageRatio: row.voltage_ratio, maxPower: power(row.max_power) };
  return { id, accountId, zone: row.zone as Zone, feeder, ...exact, tariff, ruleSet, restoreBy, ...flags } as MeterPoint;
}

export function readingOf(row: Omit<Schema['readings'], 'id'>): Reading {
  const { meter_id: meterId, register, quality, reason } = row;
  const times = { measuredAt: instant(row.measured_at), heardAt: instant(row.heard_at) };
  return { meterId, register, value: energy(row.value), ...times, quality, reason } as Reading;
}

/** Nothing is known of a relay that was never reported. */
export function relayOf(meterId: string, row: Schema['relays'] | undefined): RelayBelief {
  return {
    meterId,
    desired: row?.desired ?? undefined,
    reported: row?.reported ?? 'unknown',
    reportedAt: instantIf(row?.reported_at ?? null),
    evidence: row?.evidence ?? undefined,
    keepPower: row?.keep_power === undefined || row.keep_power === null ? undefined : row.keep_power === 1n,
    loadSide: row?.load_side ?? 'silent',
  } as RelayBelief;
}

export function paymentOf(row: Schema['payments'] & { readonly undone: bigint | null }): StoredPayment {
  const { id, account_id: accountId, entry_id: entryId, channel, channel_serial: channelSerial, channel_date: channelDate, actor } = row;
  const exact = { amount: money(row.amount), balanceAfter: money(row.balance_after) };
  const state = row.undone === row.amount ? 'reversed' : 'posted';
  const rest = { state, receivedAt: instant(row.received_at), actor, restoreCommandId: row.restore_command_id ?? undefined };
  return { id, accountId, entryId, channel, channelSerial, channelDate, ...exact, ...rest } as StoredPayment;
}

export function commandOf(row: Schema['commands']): Command {
  const { id, meter_id: meterId, meter_point_id: meterPointId, action, cause, actor, reason, state } = row;
  const times = { createdAt: instant(row.created_at), expiresAt: instant(row.expires_at) };
  const decisionId = row.decision_id ?? undefined;
  return { id, meterId, meterPointId, action, cause, actor, reason, decisionId, ...times, state, version: Number(row.version) } as Command;
}

export function moveOf(row: Omit<Schema['command_moves'], 'seq'>): CommandMove {
  const { command_id: commandId, from_state: from, to_state: to, reason } = row;
  return { commandId, from, to, at: instant(row.at), reason, evidence: row.evidence ?? undefined } as CommandMove;
}

export function decisionOf(row: Schema['decisions']): StoredDecision {
  const { id, meter_point_id: meterPointId, act, wanted } = row;
  return { id, meterPointId, at: instant(row.at), act, wanted, terms: JSON.parse(row.terms) } as StoredDecision;
}

export const crossingOf = (row: Schema['crossings']): Crossing =>
  ({ meterPointId: row.meter_point_id, number: Number(row.number), below: row.below === 1n, at: instant(row.at) }) as Crossing;

export function noticeOf(row: Omit<Schema['notices'], 'seq'>): Notice {
  const { id, account_id: accountId, meter_point_id: meterPointId, kind, state, text } = row;
  const times = { queuedAt: instant(row.queued_at), settledAt: instantIf(row.settled_at) };
  return {
    id,
    accountId,
    meterPointId,
    kind,
    crossing: Number(row.crossing),
    state,
    ...times,
    receipt: row.receipt ?? undefined,
    text,
  } as Notice;
}

export const markOf = (row: Schema['marks']): Mark =>
  ({ subject: row.subject, kind: row.kind, since: instant(row.since), actor: row.actor, reason: row.reason }) as Mark;

export function caseOf(row: Schema['cases']): Case {
  const { id, meter_point_id: meterPointId, kind, owner, reason } = row;
  return { id, meterPointId, kind, owner, reason, openedAt: instant(row.opened_at), closedAt: instantIf(row.closed_at) } as Case;
}

export function apiKeyOf({ id, name, hash, scopes, created_at, expires_at }: Schema['api_keys']): ApiKey {
  return { id, name, hash, scopes: JSON.parse(scopes), createdAt: instant(created_at), expiresAt: instantIf(expires_at) } as ApiKey;
}
