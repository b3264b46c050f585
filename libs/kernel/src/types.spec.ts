// Each @ts-expect-error below fails the type check when the mistake after it compiles.
import { z } from 'zod';
import { command, decider, evolveOne, ignore, type EvidenceOf, factsOf } from './decider.ts';
import { defineEvents, personal, type EventOf, type Recorded } from './events.ts';
import type { Brand, OrganisationId, PersonId, Scope } from './ids.ts';
import { projection } from './projection.ts';
import { defineRejections } from './rejection.ts';
import { saga } from './saga.ts';
import { Sealed } from './sealed.ts';
import { pending } from './sealing.ts';

const events = defineEvents({
  NoteTaken: { text: personal(z.string()), size: z.int(), hint: personal(z.string().optional()) },
  NoteLost: { where: z.string() },
});
type NoteEvent = EventOf<typeof events>;
interface Notes {
  readonly count: number;
}
const refuse = defineRejections({ NoteUnknown: { message: 'There is no note.', remedy: 'Look.' } });
const take = command<Notes, NoteEvent>();

const frame = {
  category: 'note',
  events,
  initial: { count: 0 },
  person: () => undefined,
  scope: () => 'account' as Scope,
  absent: refuse.NoteUnknown,
  commands: {},
};
const count = (state: Notes): Notes => ({ count: state.count + 1 });

test('A decider handles each of its events, and one that it ignores by saying so', () => {
  const notes = decider<Notes>()({ ...frame, evolve: { NoteTaken: count, NoteLost: ignore } });
  // @ts-expect-error -- NoteLost has no handler: leaving an event out does not compile.
  decider<Notes>()({ ...frame, evolve: { NoteTaken: count } });
  const event = { type: 'NoteTaken', data: {} } as Recorded;
  expect(evolveOne(notes, { count: 1 }, event)).toEqual({ count: 2 });
  expect(evolveOne(notes, { count: 1 }, { ...event, type: 'NoteLost' })).toEqual({ count: 1 });
  expect(() => evolveOne(notes, { count: 1 }, { ...event, type: 'NoteFound' })).toThrow(TypeError);
});

test('An event is made of what it declares', () => {
  const text = pending('x');
  expect(events.NoteTaken({ text, size: 1 }).type).toBe('NoteTaken');
  // @ts-expect-error -- a fact of the wrong type
  events.NoteTaken({ text, size: 'one' });
  // @ts-expect-error -- a fact that is missing
  events.NoteTaken({ text });
  // @ts-expect-error -- a readable text where a handle belongs
  events.NoteTaken({ text: 'readable', size: 1 });
  // @ts-expect-error -- a field that is not declared
  events.NoteTaken({ text, size: 1, colour: 'red' });
  // @ts-expect-error -- an event that is not declared
  expect(Object.keys(events)).not.toContain(events.NoteFound);
});

test('A handle is no text, and no handle of another type', () => {
  const handle: Sealed<string> = pending('x');
  // @ts-expect-error -- a handle is not a string
  const readable: string = handle;
  // @ts-expect-error -- a handle on a text is none on a number
  const other: Sealed<number> = handle;
  // @ts-expect-error -- only the kernel makes handles
  expect(String(new Sealed({ kind: 'pending', value: 'x' }))).toBe('[sealed]');
  expect([readable, other].map(String)).toEqual(['[sealed]', '[sealed]']);
});

test('An id of one kind never stands for one of another', () => {
  const person = 'ada' as PersonId;
  // @ts-expect-error -- a person is no organisation
  const organisation: OrganisationId = person;
  // @ts-expect-error -- a plain text is no id
  const note: Brand<'NoteId'> = 'n';
  expect([organisation, note]).toEqual(['ada', 'n']);
});

test('A command sees handles for personal input and returns events of its aggregate or a refusal', () => {
  const { size, text } = events.NoteTaken.fields;
  const good = take({
    input: { size, text },
    key: () => 'n',
    decide: (input) => [events.NoteTaken({ ...input })],
  });
  take({
    input: { size, text },
    key: () => 'n',
    // @ts-expect-error -- the text of a command is a handle: no rule reads it
    decide: (input) => (input.text.length > 3 ? refuse.NoteUnknown() : []),
  });
  // @ts-expect-error -- an event of no aggregate
  take({ input: {}, key: () => 'n', decide: () => [{ type: 'Other', data: {} }] });
  expect(good.decide({ size: 1, text: pending('x') }, { count: 0 }, {} as never)).toHaveLength(1);
});

test('Evidence has the state of the aggregate that was asked for', () => {
  const notes = decider<Notes>()({ ...frame, evolve: { NoteTaken: count, NoteLost: ignore } });
  const requests = { notes: factsOf(notes, 'n') };
  const answer = <Requests>(_: Requests, evidence: EvidenceOf<Requests>) => evidence;
  const evidence = answer(requests, { notes: { state: { count: 2 }, revision: 1 } });
  // @ts-expect-error -- the state of these notes has no colour
  expect(evidence.notes.state.colour).toBeUndefined();
  expect(evidence.notes.state.count).toBe(2);
});

test('Projections and sagas name only events that are declared', () => {
  const facts = { name: 'x', version: 1, indexes: [], events: [events] } as const;
  const touch = { keys: () => ['n'], evolve: () => undefined };
  const known = projection<{ _id: string }>()({ ...facts, on: { NoteTaken: touch } });
  expect(Object.keys(known.on)).toEqual(['NoteTaken']);
  // @ts-expect-error -- NoteFound is declared nowhere
  projection<{ _id: string }>()({ ...facts, on: { NoteFound: touch } });
  const process = { name: 'x', events: [events], initial: { count: 0 }, agenda: () => [] } as const;
  const instance = () => 'n';
  // @ts-expect-error -- NoteFound is declared nowhere
  saga<Notes>()({ ...process, instance, evolve: { NoteFound: count } });
  expect(saga<Notes>()({ ...process, instance, evolve: { NoteLost: count } }).name).toBe('x');
});
