/** What several repetitions of one measurement gave. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly repetitions: number;
}

const medianOf = (sorted: readonly number[]): number => {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
};

export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: medianOf(sorted),
    lowest: sorted[0] ?? Number.NaN,
    highest: sorted.at(-1) ?? Number.NaN,
    repetitions: sorted.length,
  };
};

/** The value that a share of the measured ones (0 to 1) does not exceed. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
};

/**
 * Measures a baseline and a subject in turns, baseline first, then subject first (A B B A …), so that a
 * machine that grows slower or faster meanwhile favours neither. Pairs belong together.
 */
export const inTurns = async <A, B>(
  repetitions: number,
  baseline: () => Promise<A> | A,
  subject: () => Promise<B> | B,
): Promise<readonly (readonly [A, B])[]> => {
  const pairs: (readonly [A, B])[] = [];
  for (let turn = 0; turn < repetitions; turn += 1)
    if (turn % 2 === 0) {
      const first = await baseline();
      pairs.push([first, await subject()]);
    } else {
      const first = await subject();
      pairs.push([await baseline(), first]);
    }
  return pairs;
};

export interface Timed<T> {
  readonly seconds: number;
  /** Processor time of the whole process, which others on the same machine disturb less. */
  readonly processorSeconds: number;
  readonly result: T;
}

/** How long some work takes, and what it gave. */
export const timed = async <T>(work: () => Promise<T> | T): Promise<Timed<T>> => {
  const processor = process.cpuUsage();
  const started = performance.now();
  const result = await work();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(processor);
  return { seconds, processorSeconds: (user + system) / 1e6, result };
};

/** So many a second, by the clock and by processor time. */
export interface Rate {
  readonly perSecond: number;
  readonly perProcessorSecond: number;
}

export const rateOf = (count: number, { seconds, processorSeconds }: Timed<unknown>): Rate => ({
  perSecond: count / seconds,
  perProcessorSecond: count / processorSeconds,
});

/** Numbers from 0 to below 1 that a seed repeats (mulberry32). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** Draws places 0 to `size` - 1, of which few come often: the n-th with a weight of n^-exponent. */
export const zipf = (size: number, exponent: number, random: () => number): (() => number) => {
  const upTo = new Float64Array(size);
  let sum = 0;
  for (let place = 0; place < size; place += 1) {
    sum += (place + 1) ** -exponent;
    upTo[place] = sum;
  }
  return () => {
    const drawn = random() * sum;
    let low = 0;
    let high = size - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? 0) < drawn) low = middle + 1;
      else high = middle;
    }
    return low;
  };
};
