import type { Clock } from '../../src/kernel/clock.ts';
import type { ListenTarget } from '../listen-target.ts';
import { serveMqttConcentrator } from './serve-mqtt-concentrator.ts';
import { serveNewPty } from './serve-pty.ts';
import { serveTcp } from './serve-tcp.ts';
import type { ServedLine } from './served-line.ts';
import type { SharedLine } from './shared-line.ts';

/** Puts a line where it is to be found. @errors port-in-use, line-down: for the person at the keyboard */
export async function serveLine(target: ListenTarget, line: SharedLine, clock: Clock): Promise<ServedLine> {
  switch (target.kind) {
    case 'tcp':
      return serveTcp(target.host, target.port, line);
    case 'pty':
      return serveNewPty(line);
    case 'mqtt':
      return serveMqttConcentrator({ ...target, clock, line });
  }
}
