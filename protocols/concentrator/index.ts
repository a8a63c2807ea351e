/** The face of the concentrator protocol: pure functions between messages and values. docs/concentrator-protocol.md describes it. */
export { decodeEnvelope, type Envelope, type EnvelopeError, type Sample } from './envelope.ts';
export { ENVELOPE_SCHEMA } from './envelope-schema.ts';
export { type ConcentratorStatus, decodeStatus } from './status.ts';
export { DEFAULT_TOPICS, isPlainTopic, type TopicTemplates, topicOf } from './topics.ts';
export { decodeUplink, encodeDownlink } from './tunnel.ts';
