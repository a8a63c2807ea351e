import type { Socket } from 'node:net';
import type { CancelTimer, Clock } from '../kernel/clock.ts';
import { KEEP_ALIVE_AFTER_MS, writeTo } from './socket.ts';
import {
  createPacketFilter,
  type PacketFormat,
  packetBytes,
  type Registration,
  type RegistrationFormat,
  readRegistration,
} from './tcp-server-packets.ts';
import type { Written } from './transport.ts';

export interface HeartbeatSettings extends PacketFormat {
  /** What the DTU wants to hear in turn, if anything; written as the packet is. */
  readonly answer?: string;
  /** The period that the DTU is set to. */
  readonly everyMs: number;
}

/** One who follows a DTU's connection. */
export interface DtuFollower {
  /** Any byte: the DTU is there. */
  heard(): void;
  /** Bytes of the meters alone. */
  data(chunk: Uint8Array): void;
  /** It is gone by itself: not told after our own `end`. */
  ended(reason: string): void;
}

/** A DTU's connection, from its registration to its end. */
export interface DtuSocket {
  readonly identity: string;
  /** Replaces whoever followed before; what came before the first follower is told to it. */
  follow(follower: DtuFollower): void;
  write(bytes: Uint8Array): Written;
  /** Lets the system ask the other side at short intervals whether the connection still exists. */
  askOften(isOften: boolean): void;
  /** Resolves when nothing is held any more. */
  end(): Promise<void>;
}

/** A DTU registers as soon as it is connected; whoever says nothing is none. */
export const REGISTER_WITHIN_MS = 30_000;
/** How long the possible beginning of a heartbeat waits for its rest. A meter's frame may end alike, and its reader waits. */
export const HOLD_MS = 20;
/** Periods without a byte after which a DTU counts as gone: one heartbeat may be lost, and the next be late. */
const OVERDUE_PERIODS = 2.5;
const ASK_OFTEN_AFTER_MS = 1_000;

export interface AwaitRegistration {
  readonly socket: Socket;
  readonly clock: Clock;
  readonly format: RegistrationFormat;
  /** Called once; `rest` came glued to the packet. */
  onEnd(registration: Exclude<Registration, { kind: 'incomplete' }>, rest: Uint8Array): void;
}

/** Waits for the packet with which a connection says whose it is. */
export function awaitRegistration({ socket, clock, format, onEnd }: AwaitRegistration): void {
  let heard = Buffer.alloc(0);
  const hear = (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    const registration = readRegistration(heard, format);
    if (registration.kind !== 'incomplete') finish(registration);
  };
  const giveUp = () => finish({ kind: 'foreign' });
  const cancelLimit = clock.after(REGISTER_WITHIN_MS, giveUp);
  function finish(registration: Exclude<Registration, { kind: 'incomplete' }>): void {
    cancelLimit();
    socket.off('data', hear);
    socket.off('close', giveUp);
    onEnd(registration, registration.kind === 'registered' ? heard.subarray(registration.length) : heard);
  }
  socket.on('data', hear);
  socket.on('close', giveUp);
}

export interface DtuSocketOptions {
  readonly socket: Socket;
  readonly clock: Clock;
  readonly identity: string;
  readonly heartbeat?: HeartbeatSettings;
  /** What came glued to the registration. */
  readonly rest: Uint8Array;
}

export function createDtuSocket({ socket, clock, identity, heartbeat, rest }: DtuSocketOptions): DtuSocket {
  const filter = createPacketFilter(heartbeat === undefined ? new Uint8Array(0) : packetBytes(heartbeat, identity));
  const answer = heartbeat?.answer === undefined ? undefined : packetBytes({ as: heartbeat.as, packet: heartbeat.answer }, identity);
  let follower: DtuFollower | undefined;
  let untold: Uint8Array | undefined = rest;
  let heardAtMs = clock.monotonicMs();
  let cancelHold: CancelTimer | undefined;
  let cancelOverdue: CancelTimer | undefined;
  let reason = 'the other side closed the connection';
  let isOver = false;

  function hear(chunk: Uint8Array): void {
    heardAtMs = clock.monotonicMs();
    cancelHold?.();
    const { passed, packets } = filter.push(chunk);
    answerHeartbeats(packets);
    follower?.heard();
    if (passed.length > 0) follower?.data(passed);
    if (filter.isHolding()) cancelHold = clock.after(HOLD_MS, () => follower?.data(filter.release()));
  }

  /** One who sends heartbeats and never reads must not fill our memory with answers. */
  function answerHeartbeats(count: number): void {
    if (answer === undefined) return;
    for (let left = count; left > 0 && socket.writable && !socket.writableNeedDrain; left--) socket.write(answer);
  }

  function watchHeartbeat({ everyMs }: HeartbeatSettings): void {
    const overdueMs = everyMs * OVERDUE_PERIODS;
    const watch = () => {
      const leftMs = heardAtMs + overdueMs - clock.monotonicMs();
      if (leftMs > 0) cancelOverdue = clock.after(leftMs, watch);
      else finish(`no heartbeat and nothing else for ${overdueMs} ms`);
    };
    watch();
  }

  function release(): boolean {
    if (isOver) return false;
    isOver = true;
    cancelHold?.();
    cancelOverdue?.();
    socket.off('data', hear);
    return true;
  }

  function finish(why: string): void {
    if (!release()) return;
    socket.destroy();
    follower?.ended(why);
  }

  socket.on('data', hear);
  socket.on('error', (error) => {
    reason = error.message;
  });
  socket.on('close', () => finish(reason));
  if (heartbeat !== undefined) watchHeartbeat(heartbeat);

  return {
    identity,
    follow(next) {
      follower = next;
      const first = untold;
      untold = undefined;
      if (first !== undefined && first.length > 0) hear(first);
    },
    write: (bytes) => writeTo(socket, bytes),
    askOften(isOften) {
      socket.setKeepAlive(true, isOften ? ASK_OFTEN_AFTER_MS : KEEP_ALIVE_AFTER_MS);
    },
    end() {
      release();
      if (socket.closed) return Promise.resolve();
      return new Promise((resolve) => {
        socket.on('close', () => resolve());
        socket.destroy();
      });
    },
  };
}
