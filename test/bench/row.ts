import type { Spread } from './measure.ts';

/** How much is measured. Quick must end within a minute on two cores, full within ten. */
export interface Size {
  readonly name: 'quick' | 'full';
  /** Pairs of baseline and subject. */
  readonly repetitions: number;
  /** Dossiers of ten events each in the seeded log. */
  readonly dossiers: number;
  /**
   * How unevenly 64 clients choose their dossiers (Zipf): so that about one command in twenty meets
   * another one on the same dossier.
   */
  readonly skew: number;
  /** Pending deadlines. */
  readonly timers: number;
  /** Events of the log on which `growth` looks. */
  readonly grown: number;
  /** How long one sample is, where 1 is what a row names. */
  readonly longer: number;
}

export const sizes: Readonly<Record<Size['name'], Size>> = {
  quick: {
    name: 'quick',
    repetitions: 5,
    dossiers: 1_000,
    skew: 0.4,
    timers: 20_000,
    grown: 50_000,
    longer: 0.2,
  },
  full: {
    name: 'full',
    repetitions: 7,
    dossiers: 10_000,
    skew: 0.65,
    timers: 1_000_000,
    grown: 5_000_000,
    longer: 3,
  },
};

/** One number of a row, as a ratio to its baseline unless the unit says otherwise. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly value: Spread;
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
}

export interface Result {
  readonly figures: readonly Figure[];
  /** Absolute numbers behind the ratios, of this machine at this hour only. */
  readonly behind: Readonly<Record<string, number | string>>;
}

export interface Context {
  readonly size: Size;
  /** A folder of this row alone. */
  readonly folder: string;
  /** A folder with an organisation and the seeded log in it, and read models that show it. */
  readonly seeded: string;
  readonly seed: number;
}

/** A row of the suite. It runs in a process of its own. */
export interface Row {
  readonly name: string;
  readonly asks: string;
  /** Left out of `--quick` unless it is asked for by its name. */
  readonly fullOnly?: true;
  /** Needs no seeded log. */
  readonly bare?: true;
  /** Resolves to why it cannot be measured here, in one line; undefined where it can. */
  missing?(): Promise<string | undefined>;
  run(context: Context): Promise<Result>;
}

/** A row that cannot be measured yet, and why. */
export interface Skipped {
  readonly name: string;
  readonly skipped: string;
}

export const meets = ({ value, target }: Figure): boolean | undefined => {
  if (!target) return undefined;
  return 'atLeast' in target ? value.median >= target.atLeast : value.median <= target.atMost;
};
