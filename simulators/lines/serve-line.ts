import { OperatorError } from '../../src/kernel/app-error.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import type { ListenTarget } from '../listen-target.ts';
import { type ServedConcentrator, serveMqttConcentrator } from './serve-mqtt-concentrator.ts';
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
      return reached(target.broker, serveMqttConcentrator({ ...target, clock, line }));
  }
}

/** Says in one sentence why a broker cannot be had; once it was there the concentrator comes back by itself. */
async function reached(broker: string, served: ServedConcentrator): Promise<ServedLine> {
  const failure = await Promise.race([served.subscribed, served.failed]);
  if (failure === undefined) return served;
  await served.close();
  throw new OperatorError('line-down', `${broker} cannot be reached: ${failure}; check the address and that the broker is there`, {
    broker,
  });
}
