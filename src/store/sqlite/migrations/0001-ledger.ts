import { type Kysely, sql } from 'kysely';
import { clustered, index, sequence } from './tables.ts';

/** The ledger database as the first version wrote it. Never edited: a change is the next migration. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await archive(db);
  await journal(db);
  await money(db);
  await metering(db);
  await feeControl(db);
  await commands(db);
  await security(db);
}

async function archive(db: Kysely<unknown>): Promise<void> {
  await clustered(db, 'accounts', ['id'], { id: 'text', state: 'text' });
  await clustered(db, 'meter_points', ['id'], {
    id: 'text',
    account_id: 'text',
    zone: 'text',
    feeder: 'text',
    current_ratio: 'integer',
    voltage_ratio: 'integer',
    max_power: 'integer',
    tariff: 'text',
    rule_set: 'text',
    restore_by: 'text',
    agreement: 'integer',
    keep_power: 'integer',
  });
  await index(db, 'meter_points_by_account', 'meter_points', ['account_id']);
  await index(db, 'meter_points_by_feeder', 'meter_points', ['feeder']);
  await clustered(db, 'meters', ['id'], { id: 'text', meter_point_id: 'text', line_id: 'text', protocol: 'text', address: 'text' });
  await index(db, 'meters_by_meter_point', 'meters', ['meter_point_id']);
  await index(db, 'meters_by_line', 'meters', ['line_id', 'id']);
}

async function journal(db: Kysely<unknown>): Promise<void> {
  await sequence(db, 'ledger_accounts', 'id', { name: 'text', balance: 'integer', version: 'integer', last_entry: 'integer?' });
  await index(db, 'ledger_accounts_by_name', 'ledger_accounts', ['name'], { unique: true });
  await sequence(db, 'entries', 'seq', {
    id: 'text',
    kind: 'text',
    key: 'text',
    at: 'integer',
    actor: 'text',
    meter_point_id: 'text?',
    business_day: 'text?',
    reverses: 'text?',
    memo: 'text',
  });
  await index(db, 'entries_by_key', 'entries', ['key'], { unique: true });
  await index(db, 'entries_by_reversed', 'entries', ['reverses'], { unique: true, where: sql`reverses is not null` });
  await clustered(db, 'postings', ['entry_seq', 'line'], {
    entry_seq: 'integer',
    line: 'integer',
    account_id: 'integer',
    amount: 'integer',
    balance_after: 'integer',
    previous_entry: 'integer?',
  });
  await sequence(db, 'records', 'seq', { at: 'integer', type: 'text', actor: 'text?', subject: 'text', body: 'text' });
  await sequence(db, 'links', 'from_seq', { to_seq: 'integer', at: 'integer', hash: 'text' });
}

async function money(db: Kysely<unknown>): Promise<void> {
  await clustered(db, 'payments', ['id'], {
    id: 'text',
    account_id: 'text',
    entry_id: 'text',
    amount: 'integer',
    channel: 'text',
    channel_serial: 'text',
    channel_date: 'text',
    received_at: 'integer',
    actor: 'text',
    restore_command_id: 'text?',
    balance_after: 'integer',
  });
  await index(db, 'payments_by_serial', 'payments', ['channel', 'channel_date', 'channel_serial'], { unique: true });
  await index(db, 'payments_by_entry', 'payments', ['entry_id'], { unique: true });
  await clustered(db, 'idempotency_keys', ['key'], { key: 'text', fingerprint: 'text', resource: 'text', at: 'integer' });
  await clustered(db, 'holds', ['id'], {
    id: 'text',
    account_id: 'text',
    amount: 'integer',
    placed_at: 'integer',
    expires_at: 'integer',
    reason: 'text',
    state: 'text',
  });
  await index(db, 'holds_placed', 'holds', ['account_id'], { where: sql`state = 'placed'` });
}

async function metering(db: Kysely<unknown>): Promise<void> {
  await sequence(db, 'readings', 'id', {
    meter_id: 'text',
    register: 'text',
    value: 'integer',
    measured_at: 'integer',
    heard_at: 'integer',
    quality: 'text',
    reason: 'text',
  });
  await index(db, 'readings_by_meter', 'readings', ['meter_id', 'measured_at']);
  await clustered(db, 'latest_readings', ['meter_id', 'register'], {
    meter_id: 'text',
    register: 'text',
    newest_id: 'integer',
    newest_at: 'integer',
    good_id: 'integer?',
    good_at: 'integer?',
  });
  await clustered(db, 'accruals', ['meter_point_id'], { meter_point_id: 'text', accrued: 'integer', body: 'text' });
  await clustered(db, 'relays', ['meter_id'], {
    meter_id: 'text',
    desired: 'text?',
    reported: 'text',
    reported_at: 'integer?',
    evidence: 'text?',
    keep_power: 'integer?',
    load_side: 'text',
  });
}

async function feeControl(db: Kysely<unknown>): Promise<void> {
  await clustered(db, 'decisions', ['id'], {
    id: 'text',
    meter_point_id: 'text',
    at: 'integer',
    act: 'text',
    wanted: 'text',
    terms: 'text',
  });
  await clustered(db, 'crossings', ['meter_point_id'], { meter_point_id: 'text', number: 'integer', below: 'integer', at: 'integer' });
  await clustered(db, 'notices', ['id'], {
    id: 'text',
    seq: 'integer',
    account_id: 'text',
    meter_point_id: 'text',
    kind: 'text',
    crossing: 'integer',
    state: 'text',
    queued_at: 'integer',
    settled_at: 'integer?',
    receipt: 'text?',
    text: 'text',
  });
  await index(db, 'notices_by_crossing', 'notices', ['meter_point_id', 'crossing']);
  await index(db, 'notices_queued', 'notices', ['seq'], { where: sql`state = 'queued'` });
  await clustered(db, 'marks', ['subject', 'kind'], { subject: 'text', kind: 'text', since: 'integer', actor: 'text', reason: 'text' });
  await clustered(db, 'cases', ['id'], {
    id: 'text',
    seq: 'integer',
    meter_point_id: 'text',
    kind: 'text',
    owner: 'text',
    reason: 'text',
    opened_at: 'integer',
    closed_at: 'integer?',
  });
  await index(db, 'cases_by_order', 'cases', ['seq']);
  await index(db, 'cases_open', 'cases', ['meter_point_id'], { where: sql`closed_at is null` });
}

async function commands(db: Kysely<unknown>): Promise<void> {
  await clustered(db, 'commands', ['id'], {
    id: 'text',
    seq: 'integer',
    meter_id: 'text',
    meter_point_id: 'text',
    action: 'text',
    cause: 'text',
    actor: 'text',
    reason: 'text',
    decision_id: 'text?',
    created_at: 'integer',
    expires_at: 'integer',
    state: 'text',
    version: 'integer',
  });
  await index(db, 'commands_by_order', 'commands', ['seq']);
  await index(db, 'commands_by_meter', 'commands', ['meter_id', 'seq']);
  await index(db, 'commands_by_meter_point', 'commands', ['meter_point_id', 'seq']);
  await index(db, 'commands_open', 'commands', ['seq'], {
    where: sql`state not in ('confirmed', 'rejected', 'refused', 'failed', 'expired', 'superseded', 'cancelled')`,
  });
  await sequence(db, 'command_moves', 'seq', {
    command_id: 'text',
    from_state: 'text',
    to_state: 'text',
    at: 'integer',
    reason: 'text',
    evidence: 'text?',
  });
  await index(db, 'command_moves_by_command', 'command_moves', ['command_id']);
  await index(db, 'command_moves_sent', 'command_moves', ['at'], { where: sql`to_state = 'sent'` });
}

async function security(db: Kysely<unknown>): Promise<void> {
  await clustered(db, 'api_keys', ['id'], { id: 'text', name: 'text', hash: 'text', scopes: 'text', created_at: 'integer' });
  await index(db, 'api_keys_by_hash', 'api_keys', ['hash'], { unique: true });
  await clustered(db, 'versions', ['subject'], { subject: 'text', version: 'integer' });
  await sequence(db, 'last_commit', 'id', { at: 'integer' });
}
