import type { Command } from '../model/command.ts';
import type { CommandRunnerDeps } from './command-moves.ts';

/** Why an order could not be made now, though all its terms hold; undefined where it could. It is held for it, not failed. */
export async function whyUnready({ gateway }: CommandRunnerDeps, { meterId }: Command): Promise<string | undefined> {
  const ready = await gateway.readyForRelay(meterId);
  // What can never be done is told by the meter's refusal, not by waiting.
  if (ready.ok || ready.error.code === 'unsupported-action') return undefined;
  const { code, protocolError } = ready.error;
  return protocolError === undefined ? code : `${code}: ${protocolError}`;
}
