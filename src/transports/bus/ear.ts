import type { CreateFramer, Framer, FramerEvent } from '../../kernel/framer.ts';

/** The framer of a line: of the protocol that speaks at the moment, cleared before each request. */
export interface Ear {
  /** Makes ready for a reply; `clear` forgets half a frame that was never finished. */
  listenFor(createFramer: CreateFramer, clear: boolean): void;
  hear(chunk: Uint8Array): readonly FramerEvent[];
  /** Nothing more will come: decides the bytes that the framer still holds back. */
  drain(): readonly FramerEvent[];
}

export function createEar(): Ear {
  let framer: Framer | undefined;
  let madeBy: CreateFramer | undefined;
  return {
    listenFor(createFramer, clear) {
      if (createFramer !== madeBy) {
        madeBy = createFramer;
        framer = createFramer();
      } else if (clear) framer?.reset();
    },
    hear: (chunk) => framer?.push(chunk) ?? [{ kind: 'noise', bytes: chunk }],
    drain: () => framer?.drain() ?? [],
  };
}
