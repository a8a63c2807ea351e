/** The longest that a reply may be under way; converters on mobile networks hold bytes back for seconds. */
export const LATEST_REPLY_MS = 60_000;
