import { aggregates } from '@vivier/domain';
import {
  defineEvents,
  isPersonal,
  personal,
  Sealed,
  type AnyEventSet,
  type EventFacts,
  type Field,
  type Position,
  type Recorded,
  type StreamName,
} from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import { recorded } from '@vivier/runtime';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { COMMAND, GoldenFolder, shapeMistakes } from './files.ts';
import type { GoldenEvent } from './samples.ts';

const sets: readonly AnyEventSet[] = Object.values(aggregates).map(({ events }) => events);
const golden = new GoldenFolder(import.meta.dirname);
if (process.env['UPDATE_GOLDEN'] === '1') golden.addMissing(sets);

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** What the product makes of a golden event today. */
const read = (from: readonly AnyEventSet[], { data, metadata, ...event }: GoldenEvent): Recorded =>
  recorded(new EventCodec(from), {
    ...event,
    stream: event.stream as StreamName,
    contentType: 'application/json',
    data: bytes(data),
    metadata: bytes(metadata),
    revision: 0,
    position: 0 as Position,
    created: 0,
  });

const declared = new Map(
  sets.flatMap((set) => Object.values(set).map((type) => [type.type, type as EventFacts] as const)),
);

/** Why a value that was read is not what its declaration promises to rules and read models. */
const misfit = (field: Field, value: unknown): string | undefined => {
  const schema = isPersonal(field) ? field.schema : field;
  if (value === undefined) return schema.safeParse(undefined).success ? undefined : 'is not there';
  if (isPersonal(field)) return value instanceof Sealed ? undefined : 'is not sealed';
  return field.safeParse(value).success ? undefined : 'does not fit its schema';
};

describe.each([...golden.events()])('The golden event %s', (name, event) => {
  const { type, data } = read(sets, event);
  const fields = declared.get(type)?.fields ?? {};

  test('bears the stored type in its file name', () => {
    expect(name.replace(/\.least$/, '')).toBe(event.type);
  });

  test('reads as what is declared today: every field, sealed where it is personal, and no other', () => {
    const values = data as Record<string, unknown>;
    const wrong = Object.entries(fields).flatMap(([field, schema]) => {
      const reason = misfit(schema, values[field]);
      return reason === undefined ? [] : [`${field} ${reason}`];
    });
    expect(wrong).toEqual([]);
    expect(Object.keys(values).filter((field) => !(field in fields))).toEqual([]);
  });

  test('holds its personal values in blobs alone', () => {
    const { $sealed = [] } = event.data as { $sealed?: { fields: string[]; blob: string }[] };
    const sealed = $sealed.flatMap((part) => part.fields);
    expect(sealed.filter((field) => field in event.data)).toEqual([]);
    expect($sealed.every(({ blob }) => typeof blob === 'string' && blob !== '')).toBe(true);
  });
});

test('Every declared event in its present version has golden files and the shape they were stored in', () => {
  expect(shapeMistakes(sets, golden.shapes())).toEqual([]);
  const files = golden.events();
  const missing = [...declared.values()]
    .map(({ type, version }) => `${type}.v${version}`)
    .filter((name) => !files.has(name));
  expect(missing.map((name) => `${name}: run ${COMMAND}`)).toEqual([]);
});

describe('A change of an event’s shape is noticed', () => {
  const first = {
    room: z.string(),
    kind: z.enum(['phone', 'visit']),
    chairs: z.array(z.strictObject({ row: z.int(), seat: z.string().optional() })),
    guest: personal(z.string()),
  };
  const stored = (() => {
    const folder = mkdtempSync(join(tmpdir(), 'vivier-golden-'));
    const there = new GoldenFolder(folder);
    there.addMissing([defineEvents({ TalkHeld: first })]);
    const shapes = there.shapes();
    rmSync(folder, { recursive: true });
    return shapes;
  })();
  const mistakes = (fields: Record<string, Field>, upcasts = {}) =>
    shapeMistakes([defineEvents({ TalkHeld: fields }, { TalkHeld: upcasts })], stored);

  test('where there is none, nothing is said', () => {
    expect(mistakes(first)).toEqual([]);
    const { chairs, guest, kind, room } = first;
    expect(mistakes({ chairs, guest, kind, room })).toEqual([]);
  });

  test.each<[string, Record<string, Field>]>([
    ['hall is new', { ...first, hall: z.string() }],
    ['room is gone', { kind: first.kind, chairs: first.chairs, guest: first.guest }],
    ...[
      { seat: z.string().optional() },
      { row: z.string(), seat: z.string().optional() },
      { row: z.int(), seat: z.string() },
      { row: z.int(), seat: z.string().optional(), isTaken: z.boolean() },
    ].map((chair): [string, Record<string, Field>] => [
      'chairs has another schema',
      { ...first, chairs: z.array(z.strictObject(chair)) },
    ]),
    ['room has another schema', { ...first, room: z.string().max(3) }],
    ['room has another schema', { ...first, room: z.int() }],
    ['room has another schema', { ...first, room: personal(z.string()) }],
    ['guest has another schema', { ...first, guest: z.string() }],
    ['guest has another schema', { ...first, guest: personal(z.string(), 'room') }],
    ['kind has another schema', { ...first, kind: z.enum(['phone']) }],
  ])('a field that is added, removed or otherwise: %s', (what, fields) => {
    const [only, ...others] = mistakes(fields);
    expect(only).toContain(`TalkHeld.v1 changed (${what})`);
    expect(only).toContain('add an upcast');
    expect(others).toEqual([]);
  });

  test.each<[string, Record<string, Field>]>([
    ['hall', { ...first, hall: z.string().optional() }],
    ['hall', { ...first, hall: z.string().default('main') }],
    ['host', { ...first, host: personal(z.string().optional()) }],
    ['kind', { ...first, kind: z.enum(['phone', 'visit', 'video']) }],
    [
      'chairs',
      {
        ...first,
        chairs: z.array(first.chairs.element.extend({ isTaken: z.boolean().optional() })),
      },
    ],
  ])('what old events bear is only to be recorded: %s', (what, fields) => {
    expect(mistakes(fields)).toEqual([
      `TalkHeld.v1 has got ${what}: run ${COMMAND} and commit what it adds.`,
    ]);
  });

  test('an upcast makes it another version, which wants golden files of its own', () => {
    const changed = { ...first, hall: z.string() };
    expect(mistakes(changed, { 1: (old: object) => ({ ...old, hall: 'main' }) })).toEqual([
      `TalkHeld.v2 has no golden files: run ${COMMAND} and commit what it adds.`,
    ]);
  });
});

describe('The folder of golden files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vivier-golden-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const contents = () =>
    readdirSync(join(folder, 'events')).map((name) => [
      name,
      readFileSync(join(folder, 'events', name), 'utf8'),
    ]);

  test('gets what is missing, and nothing that lies there is written again', () => {
    const there = new GoldenFolder(folder);
    const one = defineEvents({ TalkHeld: { room: z.string(), hall: z.string().optional() } });
    there.addMissing([one]);
    const edited = join(folder, 'events', 'TalkHeld.v1.json');
    writeFileSync(edited, `${readFileSync(edited, 'utf8')}\n`);
    const before = contents();
    expect(before.map(([name]) => name)).toEqual(['TalkHeld.v1.json', 'TalkHeld.v1.least.json']);
    there.addMissing([
      defineEvents({ TalkHeld: { room: z.int(), hall: z.string().optional() }, TalkMoved: {} }),
    ]);
    expect(contents().slice(0, 2)).toEqual(before);
    expect(contents().map(([name]) => name)).toContain('TalkMoved.v1.json');
  });

  test('records no shape that breaks: the change stays a mistake until it has a version', () => {
    const there = new GoldenFolder(folder);
    there.addMissing([defineEvents({ TalkHeld: { room: z.string() } })]);
    const broken = [defineEvents({ TalkHeld: { room: z.int() } })];
    there.addMissing(broken);
    expect(shapeMistakes(broken, there.shapes())).toHaveLength(1);
  });
});
