/**
 * The framer's contract: a small state object fed with chunks as they come off a line.
 *
 * It turns any chunking, wake-up bytes, echo and garbage into whole verified frames and reported noise, in order.
 * It is bounded: it never keeps more than one longest frame of undecided bytes.
 */
export interface Framer {
  /** Feeds one chunk of any size; the frame bytes handed out are copies that the caller may keep. */
  push(chunk: Uint8Array): readonly FramerEvent[];
  /** Nothing more will come: decides every byte that is still undecided. */
  drain(): readonly FramerEvent[];
  /** Forgets undecided bytes (they are gone, not reported). */
  reset(): void;
}

export type FramerEvent =
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  /** Bytes that belong to no frame; wake-up bytes before a frame are not noise. */
  | { readonly kind: 'noise'; readonly bytes: Uint8Array };

export type CreateFramer = () => Framer;
