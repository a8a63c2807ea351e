import { type Command, FINAL_STATES } from '../core/model/command.ts';
import type { EventRecord } from '../core/ports/queries.ts';
import type { Store } from '../core/ports/store.ts';
import type { Clock } from '../kernel/clock.ts';
import { asId, type CommandId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { type RunningLoop, startLoop } from './loop.ts';

export interface CommandFiguresDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** One command that ended, whoever ended it, and how long after it was asked for. */
  readonly onEnded: (command: Command, seconds: number) => void;
}

const ENDS = FINAL_STATES.map((state) => `command.${state}`);
const AT_ONCE = 200;
const REST_MS = 1000;

/** Counts the commands that ended since the start, from the sealed events, so that none is missed and none is counted twice. */
export async function startCommandFiguresJob({ store, clock, logger, onEnded }: CommandFiguresDeps): Promise<RunningLoop> {
  let after = (await store.read('lastSeq', {})) ?? 0;
  const tell = async ({ subject, at }: EventRecord) => {
    const found = await store.read('command', { commandId: asId<CommandId>(subject.replace(/^command:/, '')) });
    if (found !== undefined) onEnded(found.command, (at - found.command.createdAt) / 1000);
  };
  return startLoop({
    name: 'command-figures',
    clock,
    logger,
    async round() {
      const events = await store.read('events', { after, limit: AT_ONCE, types: ENDS });
      for (const event of events) await tell(event);
      after = events.at(-1)?.seq ?? after;
      return events.length === AT_ONCE ? 0 : REST_MS;
    },
  });
}
