/** The text of a YAML 1.2 file: what it says, and where it says it. */
import {
  constructFromEvents,
  EVENT_ALIAS,
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  type Event,
  getScalarValue,
  parseEvents,
  YAMLException,
} from 'js-yaml';
import { err, ok, type Result } from '../kernel/result.ts';

export interface YamlText {
  /** An empty file is an empty map. */
  readonly value: unknown;
  /** The line, from 1, on which the value of a path stands; of what is missing that of the nearest thing around it. */
  lineOf(path: readonly string[]): number | undefined;
}

export interface NoYaml {
  readonly reason: string;
  readonly line: number | undefined;
}

export function parseYaml(source: string): Result<YamlText, NoYaml> {
  try {
    const events = parseEvents(source, {});
    if (sizeOf(events, source) > MOST_NODES)
      return err({ reason: `its aliases stand for more than ${MOST_NODES} values`, line: undefined });
    const documents = constructFromEvents(events, { source });
    if (documents.length > 1) return err({ reason: 'it holds more than one document', line: undefined });
    return ok({
      value: documents[0] ?? {},
      lineOf(path) {
        const offset = createFinder(events, source).find(path);
        return offset < 0 ? undefined : source.slice(0, offset).split('\n').length;
      },
    });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return err({ reason: error.reason, line: error.mark && error.mark.line + 1 });
  }
}

/** A few lines of aliases to aliases can stand for billions of values, each of which a schema would look at. */
const MOST_NODES = 10_000_000;

/** How many values a file holds once its aliases are written out. */
function sizeOf(events: readonly Event[], source: string): number {
  const sizes = new Map<string, number>();
  const open: { anchor: string; size: number }[] = [{ anchor: '', size: 0 }];
  const add = (size: number): void => {
    const around = open.at(-1);
    if (around !== undefined) around.size += size;
  };
  for (const event of events) {
    if (event.type === EVENT_ALIAS) {
      add(sizes.get(anchorOf(event, source)) ?? 1);
    } else if (event.type === EVENT_SCALAR) {
      add(1);
    } else if (event.type === EVENT_POP) {
      const { anchor, size } = open.pop() ?? { anchor: '', size: 0 };
      sizes.set(anchor, size);
      add(size);
    } else {
      open.push({ anchor: event.type === EVENT_DOCUMENT ? '' : anchorOf(event, source), size: 1 });
    }
  }
  return open[0]?.size ?? 0;
}

const anchorOf = ({ anchorStart, anchorEnd }: { readonly anchorStart: number; readonly anchorEnd: number }, source: string): string =>
  anchorStart < 0 ? '' : source.slice(anchorStart, anchorEnd);

/** Walks the events once, from the document down to where a path leads. */
function createFinder(events: readonly Event[], source: string) {
  // Behind the beginning of the document.
  let next = 1;
  const skip = (): void => {
    let depth = 0;
    do {
      const event = events[next++];
      if (event === undefined) return;
      if (event.type === EVENT_MAPPING || event.type === EVENT_SEQUENCE) depth += 1;
      if (event.type === EVENT_POP) depth -= 1;
    } while (depth > 0);
  };
  /** Stands on the value of a key or an index behind this; otherwise at the end of what it looked through. */
  const enter = (wanted: string, isMapping: boolean): boolean => {
    for (let index = 0; ; index++) {
      const event = events[next];
      if (event === undefined || event.type === EVENT_POP) return false;
      const name = isMapping ? keyOf(event) : String(index);
      if (isMapping) skip();
      if (name === wanted) return true;
      skip();
    }
  };
  const keyOf = (event: Event): string | undefined => (event.type === EVENT_SCALAR ? getScalarValue(source, event) : undefined);
  /** @returns an offset into the source, below zero where there is none */
  const find = ([name, ...rest]: readonly string[]): number => {
    const event = events[next];
    if (event === undefined) return -1;
    const start = startOf(event);
    if (name === undefined || (event.type !== EVENT_MAPPING && event.type !== EVENT_SEQUENCE)) return start;
    next += 1;
    if (!enter(name, event.type === EVENT_MAPPING)) return start;
    const inner = find(rest);
    return inner < 0 ? start : inner;
  };
  return { find };
}

function startOf(event: Event): number {
  if (event.type === EVENT_MAPPING || event.type === EVENT_SEQUENCE) return event.start;
  if (event.type === EVENT_SCALAR) return event.valueStart;
  return event.type === EVENT_ALIAS ? event.anchorStart : -1;
}
