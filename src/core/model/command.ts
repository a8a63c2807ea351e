import type { Instant } from '../../kernel/clock.ts';
import type { Actor, CommandId, DecisionId, MeterId, MeterPointId } from '../../kernel/ids.ts';

/** What the relay is told. `restore` is the intent; it becomes `arm` or `close` as the contract says. */
export type RelayAction = 'trip' | 'arm' | 'close';

export type CommandState =
  | 'pendingApproval'
  | 'queued'
  | 'suspended'
  | 'sent'
  | 'acknowledged'
  | 'unknown'
  | 'verifying'
  | 'confirmed'
  | 'rejected'
  | 'refused'
  | 'failed'
  | 'expired'
  | 'superseded'
  | 'cancelled';

export const FINAL_STATES = ['confirmed', 'rejected', 'refused', 'failed', 'expired', 'superseded', 'cancelled'] as const;

/** A stored intent to operate a relay. */
export interface Command {
  readonly id: CommandId;
  readonly meterId: MeterId;
  readonly meterPointId: MeterPointId;
  readonly action: RelayAction;
  /** `money`: our own decision, or a restore that answers one. `manual`: a person asked for it. */
  readonly cause: 'money' | 'manual';
  readonly actor: Actor;
  readonly reason: string;
  readonly decisionId: DecisionId | undefined;
  readonly createdAt: Instant;
  /** No frame leaves after it; the frame itself carries it too. */
  readonly expiresAt: Instant;
  readonly state: CommandState;
  /** Grows by one with each move. */
  readonly version: number;
}

/** One step of a time line. */
export interface StateMove {
  readonly from: CommandState;
  readonly to: CommandState;
  readonly at: Instant;
  /** Why, in the field's words; also the reasons inside `verifying`: `delayed`, `awaitingCustomer`. */
  readonly reason: string;
  /** The read-back or the meter's answer that it rests on. */
  readonly evidence: string | undefined;
}

/** One step of a command's time line. */
export interface CommandMove extends StateMove {
  readonly commandId: CommandId;
}
