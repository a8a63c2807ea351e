/**
 * The writer's thread: commits whatever has arrived as one group; what arrives while it syncs shares the next sync.
 *
 * It does nothing else, so it needs no event loop: between groups it sleeps on the bell, which wakes it sooner than a port does.
 */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { AppError } from '../../kernel/app-error.ts';
import { instantOf } from '../../kernel/clock.ts';
import { openForWriting } from './connection.ts';
import { dataFolder } from './data-folder.ts';
import { decodeBatches, type Handover, type WriterBatch } from './encoding/batch-encoding.ts';
import { encodeResult } from './encoding/outcome-encoding.ts';
import { createTelemetry } from './telemetry.ts';
import { createSpace } from './writer/space.ts';
import { createWriter } from './writer/writer.ts';
import { awaitRing, type Bell } from './writer-bell.ts';

/** Packed batches, or the wish to end: `close` is no JSON. */
export type ToWriter = string;
/** Packed outcomes of a group in the order of its batches; or why nothing can be written any more. */
export type FromWriter = string | { readonly kind: 'ready' } | { readonly kind: 'fatal'; readonly message: string; readonly code: string };

export interface WriterData {
  readonly dataDir: string;
  readonly bell: Bell;
}

/** No group is longer: what waits behind it is answered by the next sync. */
const LONGEST_GROUP = 4_096;

function serve(port: MessagePort, { dataDir, bell }: WriterData): void {
  const folder = dataFolder(dataDir);
  const database = openForWriting(folder.ledger);
  const telemetry = createTelemetry(folder.telemetry);
  const writer = createWriter({ database, telemetry, space: createSpace(folder.dir, folder.reserve) });
  const send = (message: FromWriter) => port.postMessage(message);
  send({ kind: 'ready' });
  try {
    for (let isLast = false; !isLast; ) {
      const group = gather(
        port,
        awaitRing(bell, () => received(port)),
      );
      if (group.batches.length > 0) send(encodeResult(writer.commitGroup(group.batches, group.at)));
      isLast = group.isLast;
    }
    telemetry.close();
    database.close();
  } catch (error) {
    // Nothing is acknowledged from here on: what the disk holds is known only after a new start.
    send({ kind: 'fatal', message: error instanceof Error ? error.message : String(error), code: codeOf(error) });
  }
}

/** Everything that is waiting, in the order in which it came. */
function gather(port: MessagePort, first: ToWriter): Handover & { readonly isLast: boolean } {
  const batches: WriterBatch[] = [];
  let at = instantOf(0);
  for (let message: ToWriter | undefined = first; message !== undefined; message = nextOf(port, batches.length)) {
    if (message === 'close') return { batches, at, isLast: true };
    const handover = decodeBatches(message);
    for (const batch of handover.batches) batches.push(batch);
    at = handover.at;
  }
  return { batches, at, isLast: false };
}

function nextOf(port: MessagePort, gathered: number): ToWriter | undefined {
  return gathered >= LONGEST_GROUP ? undefined : received(port);
}

const received = (port: MessagePort) => (receiveMessageOnPort(port) as { readonly message: ToWriter } | undefined)?.message;

const codeOf = (error: unknown): string => (error instanceof AppError ? error.code : ((error as { code?: string }).code ?? 'internal'));

if (parentPort !== null) serve(parentPort, workerData as WriterData);
