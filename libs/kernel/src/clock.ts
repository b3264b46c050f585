/** Time as a port: nothing but an adapter of this reads the machine's clock. */
export interface Clock {
  /** ms since 1970-01-01T00:00Z. */
  now(): number;
}

export interface HandSetClock extends Clock {
  /** Sets the time, to an ISO-8601 instant or to ms since 1970. */
  set(instant: string | number): void;
  /** Moves the time on. */
  advance(ms: number): void;
}

/** A clock that stands still until somebody moves it: walks and timelines run under it. */
export const handSetClock = (start: string | number): HandSetClock => {
  const millis = (instant: string | number): number => {
    const value = typeof instant === 'number' ? instant : Date.parse(instant);
    if (!Number.isFinite(value))
      throw new RangeError('A clock is set to an ISO-8601 instant or ms.');
    return value;
  };
  let current = millis(start);
  return {
    now: () => current,
    set: (instant) => {
      current = millis(instant);
    },
    advance: (ms) => {
      current += ms;
    },
  };
};
