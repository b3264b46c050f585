import { aggregates } from '@vivier/domain';
import {
  declaredRejections,
  jsonSchemaOf,
  type AnyEventSet,
  type EventFacts,
} from '@vivier/kernel';
import { openApi } from '@vivier/published';
import { configurationTable } from '@vivier/server';
import { printSchema } from 'graphql';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { running } from '../support/running.ts';
import { schemaOf } from '../support/schema.ts';
import { expectUpToDate, published } from './files.ts';

const sets: readonly AnyEventSet[] = Object.values(aggregates).map(({ events }) => events);
const events: readonly EventFacts[] = sets.flatMap((set) => Object.values(set));

test('schema.graphql is the schema that a server tells', async () => {
  const house = await running();
  const schema = await schemaOf(house.anybody);
  await house.end();
  await expectUpToDate(published('schema.graphql'), printSchema(schema));
});

test('refusals.json holds every refusal: what it means, what to do, whether to send again', async () => {
  const refusals = [...declaredRejections()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { message, remedy, retry }]) => ({ code, meaning: message, remedy, retry }));
  expect(refusals.length).toBeGreaterThan(40);
  await expectUpToDate(published('refusals.json'), refusals);
});

test('openapi.json describes what is not GraphQL', async () => {
  await expectUpToDate(published('openapi.json'), openApi);
});

test.each(events.map((type) => [`${type.type}.v${type.version}`, type] as const))(
  'events/%s.schema.json is what its declaration says',
  async (name, type) => {
    mkdirSync(published('events/'), { recursive: true });
    await expectUpToDate(published(`events/${name}.schema.json`), { ...jsonSchemaOf(type) });
  },
);

test('No schema lies there of an event, or of a version, that was never declared', () => {
  const versions = new Map(events.map(({ type, version }) => [type, version]));
  const strange = readdirSync(published('events/')).filter((file) => {
    const [, type = '', version = '0'] = /^(\w+)\.v(\d+)\.schema\.json$/.exec(file) ?? [];
    return !(Number(version) >= 1 && Number(version) <= (versions.get(type) ?? 0));
  });
  expect(strange).toEqual([]);
});

test('The README’s table of settings is the declared one', async () => {
  const readme = new URL('../../README.md', import.meta.url);
  await expectUpToDate(readme, configurationTable(), {
    begin: '<!-- configuration -->',
    end: '<!-- /configuration -->',
  });
});

describe('A contract that differs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vivier-published-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const inFolder = (name: string, text: string): URL => {
    writeFileSync(join(folder, name), text);
    return pathToFileURL(join(folder, name));
  };

  test('is told, with what to run, and written only where that is asked for', async () => {
    const file = inFolder('refusals.json', '[]\n');
    await expect(expectUpToDate(file, ['New'], undefined, false)).rejects.toThrow(
      'Then run npm run published',
    );
    expect(readFileSync(file, 'utf8')).toBe('[]\n');
    await expectUpToDate(file, ['New'], undefined, true);
    expect(readFileSync(file, 'utf8')).toBe('["New"]\n');
    await expectUpToDate(file, ['New'], undefined, false);
  });

  test('is written between its marks, and what stands around them stays as it is', async () => {
    const marks = { begin: '<!-- a -->', end: '<!-- /a -->' };
    const file = inFolder('page.md', 'before  *x*\n<!-- a -->\nold\n<!-- /a -->\nafter');
    await expect(expectUpToDate(file, 'new', marks, false)).rejects.toThrow('page.md');
    await expectUpToDate(file, 'new', marks, true);
    await expectUpToDate(file, 'new', marks, false);
    expect(readFileSync(file, 'utf8')).toBe('before  *x*\n<!-- a -->\n\nnew\n\n<!-- /a -->\nafter');
    const bare = inFolder('bare.md', 'nothing');
    await expect(expectUpToDate(bare, 'new', marks, true)).rejects.toThrow('marks');
  });
});
