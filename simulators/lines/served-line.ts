/** A line that is up: where the other side finds it, and how it goes down. */
export interface ServedLine {
  /** `tcp://127.0.0.1:40123`, `pty:/dev/pts/7` or `mqtt://127.0.0.1:1883/C1`. */
  readonly listening: string;
  close(): Promise<void>;
}
