import type { CommandState } from '../../../core/model/command.ts';
import { formatInstant } from '../../../kernel/clock.ts';
import { type Appliers, conflict, type WriterContext } from './applier.ts';

export const LIMITER = 'limiter';

export function createCommandAppliers({ database, seal, versions }: WriterContext): Appliers<'command' | 'commandMove'> {
  const insert = database.prepare(
    `insert into commands (id, seq, meter_id, meter_point_id, action, cause, actor, reason, decision_id, created_at, expires_at, state, version)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const move = database.prepare<[CommandState, string, CommandState], { meter_id: string; action: string }>(
    'update commands set state = ?, version = version + 1 where id = ? and state = ? returning meter_id, action',
  );
  const insertMove = database.prepare(
    'insert into command_moves (seq, command_id, from_state, to_state, at, reason, evidence) values (?, ?, ?, ?, ?, ?, ?)',
  );
  return {
    command({ command }) {
      const { id, meterId, meterPointId, action, cause, actor, reason, decisionId = null, createdAt, expiresAt, state, version } = command;
      const data = { id, meterId, meterPointId, action, cause, reason, decisionId, expiresAt: formatInstant(expiresAt), state };
      const seq = seal.record({ at: createdAt, type: 'command.created', actor, subject: `command:${id}`, data });
      insert.run(id, seq, meterId, meterPointId, action, cause, actor, reason, decisionId, createdAt, expiresAt, state, version);
      versions.raise(`meter:${meterId}`);
      return undefined;
    },
    commandMove({ move: { commandId, from, to, at, reason, evidence = null } }) {
      const command = move.get(to, commandId, from);
      if (command === undefined) return conflict(`command:${commandId}`);
      const data = { id: commandId, meterId: command.meter_id, action: command.action, from, to, reason, evidence };
      const seq = seal.record({ at, type: `command.${to}`, subject: `command:${commandId}`, data });
      insertMove.run(seq, commandId, from, to, at, reason, evidence);
      versions.raise(`meter:${command.meter_id}`);
      if (to === 'sent' && command.action === 'trip') versions.raise(LIMITER);
      return undefined;
    },
  };
}
