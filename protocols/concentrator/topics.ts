/** Where a concentrator and the head-end meet; `{concentrator}` stands for its name. Every maker has its own, so they are configuration. */
export interface TopicTemplates {
  /** Frames for its serial lines. */
  readonly down: string;
  /** What came back from them. */
  readonly up: string;
  /** Whether it is there: retained, and its last will. */
  readonly status: string;
  /** Envelopes of readings that it took by itself. */
  readonly readings: string;
}

export const DEFAULT_TOPICS: TopicTemplates = {
  down: 'feikong/v1/concentrators/{concentrator}/down',
  up: 'feikong/v1/concentrators/{concentrator}/up',
  status: 'feikong/v1/concentrators/{concentrator}/status',
  readings: 'feikong/v1/concentrators/{concentrator}/readings',
};

export const topicOf = (template: string, concentrator: string): string => template.replaceAll('{concentrator}', concentrator);

/** One topic to publish on: no wildcard, no blank, none of the broker's own. */
export const isPlainTopic = (topic: string): boolean => /^[^+#$\s\0][^+#\s\0]{0,255}$/.test(topic);
