import { copyOf } from '../../kernel/bytes.ts';
import type { CreateFramer, Framer, FramerEvent } from '../../kernel/framer.ts';

/** The framer of a line: of the protocol that speaks at the moment, cleared before each request. */
export interface Ear {
  /** Makes ready for a reply; `clear` forgets half a frame that was never finished. */
  listenFor(createFramer: CreateFramer, clear: boolean): void;
  hear(chunk: Uint8Array): readonly FramerEvent[];
  /** Nothing more will come: decides the bytes that the framer still holds back. */
  drain(): readonly FramerEvent[];
}

export const createEar = (): Ear => new FramedEar();

class FramedEar implements Ear {
  private framer: Framer | undefined = undefined;
  private madeBy: CreateFramer | undefined = undefined;

  listenFor(createFramer: CreateFramer, clear: boolean): void {
    if (createFramer !== this.madeBy) {
      this.madeBy = createFramer;
      this.framer = createFramer();
    } else if (clear) this.framer?.reset();
  }

  hear(chunk: Uint8Array): readonly FramerEvent[] {
    return this.framer?.push(chunk) ?? [{ kind: 'noise', bytes: copyOf(chunk, 0, chunk.length) }];
  }

  drain(): readonly FramerEvent[] {
    return this.framer?.drain() ?? [];
  }
}
