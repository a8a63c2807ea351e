import type { Clock } from '../kernel/clock.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { MqttLink, Watcher } from './mqtt-link.ts';
import type { TransportState, WriteError } from './transport.ts';

/** What was published, on which topic. */
export interface Publication {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  /** Whether it is kept for those who come later. */
  readonly retain: boolean;
}

/** The gateway's own way into the broker of its process: no socket, no login, and no one else can use it. */
export interface EmbeddedLink extends MqttLink {
  /** Somebody has published this. What is retained is kept for watchers that come later; nothing, retained, ends that. */
  hear(publication: Publication): void;
  /** The broker has ended. */
  end(): void;
}

export interface EmbeddedLinkOptions {
  readonly url: string;
  readonly clock: Clock;
  /** Hands a message with QoS 1 to the broker. */
  readonly publish: (topic: string, payload: string, done: (error?: Error) => void) => void;
}

export const createEmbeddedLink = (options: EmbeddedLinkOptions): EmbeddedLink => new InnerLink(options);

class InnerLink implements EmbeddedLink {
  readonly url: string;
  private readonly clock: Clock;
  private readonly toBroker: EmbeddedLinkOptions['publish'];
  private readonly watchers = new Map<string, ReadonlySet<Watcher>>();
  /** As bounded as the topics that an account may use. */
  private readonly retained = new Map<string, string>();
  private present: TransportState;

  constructor({ url, clock, publish }: EmbeddedLinkOptions) {
    this.url = url;
    this.clock = clock;
    this.toBroker = publish;
    this.present = { state: 'up', since: clock.now() };
  }

  state(): TransportState {
    return this.present;
  }

  watch(watcher: Watcher): () => Promise<void> {
    const { topic } = watcher;
    this.watchers.set(topic, new Set([...this.watching(topic), watcher]));
    queueMicrotask(() => this.welcome(watcher));
    return () => {
      const others = new Set(this.watching(topic));
      others.delete(watcher);
      if (others.size > 0) this.watchers.set(topic, others);
      else this.watchers.delete(topic);
      return Promise.resolve();
    };
  }

  publish(topic: string, payload: string): Promise<Result<void, WriteError>> {
    if (this.present.state !== 'up') return Promise.resolve(err({ code: 'line-down', sent: false, reason: 'the broker has ended' }));
    return new Promise((resolve) => {
      this.toBroker(topic, payload, (error) =>
        resolve(error ? err({ code: 'line-down', sent: true, reason: error.message }) : ok(undefined)),
      );
    });
  }

  hear({ topic, payload, retain }: Publication): void {
    if (retain) this.keep(topic, payload);
    const watchers = this.watchers.get(topic);
    if (watchers === undefined) return;
    const text = textOf(payload);
    for (const watcher of watchers) watcher.message(text);
  }

  end(): void {
    this.present = { state: 'down', since: this.clock.now(), reason: 'closed' };
    for (const watchers of this.watchers.values()) for (const watcher of watchers) watcher.down('the broker has ended');
  }

  private keep(topic: string, payload: Publication['payload']): void {
    if (payload.length === 0) this.retained.delete(topic);
    else this.retained.set(topic, textOf(payload));
  }

  private watching(topic: string): ReadonlySet<Watcher> {
    return this.watchers.get(topic) ?? new Set();
  }

  private welcome(watcher: Watcher): void {
    if (this.present.state !== 'up' || !this.watching(watcher.topic).has(watcher)) return;
    watcher.up();
    const kept = this.retained.get(watcher.topic);
    if (kept !== undefined) watcher.message(kept);
  }
}

const textOf = (payload: string | Uint8Array): string => payload.toString();
