import { formatInstant } from '../../../kernel/clock.ts';
import type { Appliers, WriterContext } from './applier.ts';

export function createSecurityAppliers({ database, seal }: WriterContext): Appliers<'apiKey' | 'apiKeyRevoked' | 'audit' | 'lineAlarm'> {
  const insertKey = database.prepare('insert into api_keys (id, name, hash, scopes, created_at, expires_at) values (?, ?, ?, ?, ?, ?)');
  const deleteKey = database.prepare<[string], string>('delete from api_keys where id = ? returning name').pluck();
  return {
    apiKey({ apiKey: { id, name, hash, scopes, createdAt, expiresAt } }) {
      insertKey.run(id, name, hash, JSON.stringify(scopes), createdAt, expiresAt ?? null);
      const data = { id, name, scopes, ...(expiresAt === undefined ? {} : { expiresAt: formatInstant(expiresAt) }) };
      seal.record({ at: createdAt, type: 'key.created', actor: name, subject: `key:${id}`, data });
      return undefined;
    },
    /** A key that is not there any more stays so. */
    apiKeyRevoked({ keyId, at, actor }) {
      const name = deleteKey.get(keyId);
      if (name === undefined) return undefined;
      seal.record({ at, type: 'key.revoked', actor, subject: `key:${keyId}`, data: { id: keyId, name } });
      return undefined;
    },
    lineAlarm({ alarm: { lineId, at, kind, detail, leftOut } }) {
      seal.record({ at, type: `line.${kind}`, subject: `line:${lineId}`, data: { detail, leftOut } });
      return undefined;
    },
    audit({ at, actor, action, subject, outcome, detail }) {
      seal.record({ at, type: `audit.${outcome}`, actor, subject, data: { action, detail } });
      return undefined;
    },
  };
}
