/** How much the feed gives to one reader, and how long it waits. */
export interface FeedLimits {
  /** Events that wait for a live reader; one more, and it is cut off. */
  readonly queue: number;
  readonly subscriptionsPerConnection: number;
  readonly subscriptionsPerAccount: number;
  readonly connectionsPerAccount: number;
  /** Bytes of one message that a reader sends. */
  readonly message: number;
  /** Within so many ms a new connection says who it is. */
  readonly firstMessageMs: number;
  /** Every so many ms it is looked at whether login sessions still hold. */
  readonly sessionsMs: number;
  /** Every so many ms a reader is asked whether it is still there. */
  readonly keepAliveMs: number;
}

export const FEED_LIMITS: FeedLimits = {
  queue: 1_000,
  subscriptionsPerConnection: 10,
  subscriptionsPerAccount: 20,
  connectionsPerAccount: 20,
  message: 64 * 1024,
  firstMessageMs: 5_000,
  sessionsMs: 500,
  keepAliveMs: 15_000,
};

/** The token under which the limits in force are injected. */
export const LIMITS_OF_FEED = Symbol('limits of the feed');
