/** What the meters heard about their relays, set against the commands that the gateway committed as sent. */
import path from 'node:path';
import Database from 'better-sqlite3';
import type { LoggedFrame } from './frame-log.ts';

const RELAY_STATUS = '04000503';
/** Where a code wants the relay to be. */
const TARGETS: Readonly<Record<string, readonly string[]>> = { '1A': ['open'], '1B': ['armed', 'closed'], '1C': ['closed'] };

/** When a command was committed as sent; its frame is heard after that, and before the next one's. */
export interface SentCommand {
  readonly address: string;
  readonly commandId: string;
  readonly at: number;
}

export function readSentCommands(dataDir: string): readonly SentCommand[] {
  const database = new Database(path.join(dataDir, 'ledger.db'), { readonly: true });
  try {
    return database
      .prepare<[], SentCommand>(
        `select m.address, c.id as commandId, v.at from command_moves v join commands c on c.id = v.command_id
         join meters m on m.id = c.meter_id where v.to_state = 'sent' order by v.seq`,
      )
      .all();
  } finally {
    database.close();
  }
}

export const isRelayFrame = (frame: LoggedFrame): frame is LoggedFrame & { readonly code: string } =>
  frame.control === '1C' && frame.code !== null;

/**
 * Relay frames that nothing allows, with what their meter heard since its last one. A frame belongs to the command that was last
 * committed as sent, and there must be one. Behind a frame of the same command a read-back must have been answered with an unmoved
 * relay; behind an equal frame of another command, answered at all. (Killed between the commit of a trip and its frame, a gateway
 * sends the restore that a payment then asks for to a meter that never heard the trip: two equal codes, two commands.) A restore may
 * follow a trip at once.
 */
export function repeatedWithoutReadBack(frames: readonly LoggedFrame[], sent: readonly SentCommand[]): string[] {
  return [...Map.groupBy(frames, ({ address }) => address)].flatMap(([address, heard]) =>
    repeatedAtOneMeter(
      heard,
      sent.filter((command) => command.address === address),
    ),
  );
}

function repeatedAtOneMeter(frames: readonly LoggedFrame[], sent: readonly SentCommand[]): string[] {
  const found: string[] = [];
  const lastOf = new Map<string | undefined, RelayFrame>();
  let last: RelayFrame | undefined;
  for (const frame of frames) {
    const { at, answered, relay } = frame;
    if (isRelayFrame(frame)) {
      const commandId = sent.findLast((command) => command.at <= Date.parse(at))?.commandId;
      const isKnown = last?.code !== frame.code || last.readBack;
      const isAllowed = commandId !== undefined && isKnown && (lastOf.get(commandId)?.unmoved ?? true);
      const heard = `${frame.code} at ${at} of ${commandId} answered ${answered} relay ${relay}`;
      if (!isAllowed) found.push(`${frame.address} heard ${heard}, after ${last?.heard.join(', ')}`);
      last = { code: frame.code, heard: [heard], readBack: false, unmoved: false };
      lastOf.set(commandId, last);
    } else if (answered && frame.di === RELAY_STATUS && last !== undefined) {
      for (const earlier of lastOf.values()) earlier.unmoved ||= !(TARGETS[earlier.code] ?? []).includes(relay);
      last.readBack = true;
      last.heard.push(`read at ${at} relay ${relay}`);
    }
  }
  return found;
}

interface RelayFrame {
  readonly code: string;
  readonly heard: string[];
  /** The relay was read since, whatever it was. */
  readBack: boolean;
  /** It was read since, and was not where this frame wanted it. */
  unmoved: boolean;
}
