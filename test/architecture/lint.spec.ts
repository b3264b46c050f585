import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { declaredNames, namesDeclaredIn } from '../../tools/lint/event-names.mjs';
import { samplesFor } from './samples.ts';

interface Finding {
  readonly rule: string;
  readonly message: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const names = declaredNames(`${root}libs/domain/src`) as readonly string[];
const samples = samplesFor(names[0] ?? '');

/** All samples in one process: the compiler and the configuration are loaded once. */
const lint = (wanted: readonly { file: string; text: string }[]): readonly Finding[][] => {
  const texts = wanted.map(({ file, text }, index) => ({
    // Each is a file of its own in the compiler's eyes.
    file: file.replace(/sample(?=\.[a-z.]+$)/, `sample-${index}`),
    text,
  }));
  const linted = spawnSync(process.execPath, [`${root}test/architecture/lint-samples.mjs`], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (linted.status !== 0) throw new Error(linted.stderr);
  return JSON.parse(linted.stdout) as Finding[][];
};

let findings: readonly Finding[][];
beforeAll(() => {
  findings = lint(
    samples.flatMap(({ file, cleanFile = file, poisoned, clean }) => [
      { file, text: poisoned },
      { file: cleanFile, text: clean },
    ]),
  );
}, 120_000);

describe('Each rule refuses its poisoned sample and lets the clean twin pass:', () => {
  test.each(samples.map((sample, index) => ({ ...sample, index })))('$says', (sample) => {
    const poisoned = findings[2 * sample.index] ?? [];
    expect(poisoned.map(({ rule }) => rule)).toContain(sample.rule);
    expect(findings[2 * sample.index + 1]).toEqual([]);
  });
});

test('The names of events are read from their declarations, wherever these stand in the file.', () => {
  const text = `
    export const one = defineEvents({ Opened: { at: z.string() }, 'Closed': {} }, { Opened: {} });
    export const two = define({ NotAnEvent: {} });
    const three = { set: defineEvents({ ['Computed']: {}, Renamed: {} }) };`;
  expect(namesDeclaredIn(text)).toEqual(['Opened', 'Closed', 'Renamed']);
});

test('The domain declares events, so that the rule about their names has something to guard.', () => {
  expect(names.length).toBeGreaterThan(5);
  expect(names).toContain('CandidateRegistered');
});
