import type { Spread } from './measure.ts';
import { meets, type Figure, type Result } from './row.ts';

/** A number short enough for a table: three digits that matter. */
export const short = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en-GB');
  return value.toFixed(size >= 10 ? 1 : 2);
};

const spread = ({ median, lowest, highest, repetitions }: Spread): string =>
  repetitions === 1 ? short(median) : `${short(median)}  [${short(lowest)} .. ${short(highest)}]`;

const targetOf = ({ target }: Figure): string => {
  if (!target) return '';
  return 'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`;
};

const verdict = (figure: Figure): string => {
  const met = meets(figure);
  return met === undefined ? '' : met ? 'met' : 'missed';
};

/** A row of the suite as lines for a terminal. */
export const linesOf = (name: string, { figures, behind }: Result): string[] => [
  name,
  ...figures.map((figure) =>
    [
      `  ${figure.what}`.padEnd(50),
      spread(figure.value).padEnd(28),
      figure.unit.padEnd(26),
      `${targetOf(figure).padEnd(8)}${verdict(figure)}`,
    ]
      .join(' ')
      .trimEnd(),
  ),
  ...Object.entries(behind).map(
    ([what, value]) => `    ${what}: ${typeof value === 'number' ? short(value) : value}`,
  ),
  '',
];
