import { AppendTooLarge, EventIdConflict, StoreFull, type EventStore } from '@vivier/event-store';
import { WrongExpectedRevision } from '@vivier/event-store';
import {
  isRejection,
  type EventId,
  type OrganisationId,
  type PersonId,
  type Scope,
  type StreamName,
} from '@vivier/kernel';
import { MemoryEventStore, MemoryVault } from '@vivier/testing';
import type { CommandEnvelope } from './envelope.ts';
import { createExecute, type CommandPorts } from './execute.ts';
import type { Readers } from './readers.ts';
import * as sample from './samples.fixtures.ts';

const { ada, adaId, adding, bob, first, opening, organisationId, otto, sending } = sample;

const start = (
  storeOf: (store: MemoryEventStore) => EventStore = (store) => store,
  readers?: Readers,
  onAppended?: CommandPorts['onAppended'],
) => {
  const store = new MemoryEventStore();
  const vault = new MemoryVault();
  const clock = sample.clockAt();
  const execute = createExecute({
    aggregates: { notebook: sample.notebook },
    permissions: sample.permissions,
    store: storeOf(store),
    vault,
    codec: sample.codec,
    clock,
    readers,
    ...(onAppended && { onAppended }),
  });
  const codeOf = async (envelope: CommandEnvelope) => {
    const outcome = await execute(envelope);
    return isRejection(outcome) ? outcome.rejected : 'done';
  };
  return { store, vault, clock, execute, codeOf };
};

/** A store whose next appends fail. */
const failing = (times: number, error: () => Error) => {
  const calls = { appends: 0 };
  const storeOf = (store: MemoryEventStore): EventStore =>
    new Proxy(store, {
      get: (target, name) => {
        if (name === 'append')
          return async (...args: Parameters<EventStore['append']>) => {
            calls.appends += 1;
            if (calls.appends <= times) throw error();
            return target.append(...args);
          };
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  return { calls, storeOf };
};
const lostRace = () => new WrongExpectedRevision('notebook-x' as never, 0, 1);

test('What a command made is stored with who, when, why, and sealed', async () => {
  const { execute, store } = start();
  await execute(opening());
  const outcome = await execute({ ...adding('Dear diary'), causationId: 'cause' });
  expect(outcome).toMatchObject({ key: first, position: 1, revision: 1, repeated: false });
  const record = store.records[1];
  const text = new TextDecoder().decode(record?.data);
  expect(record?.type).toBe('NoteAdded.v1');
  expect(text).not.toContain('Dear diary');
  expect(JSON.parse(text)).toMatchObject({
    size: 10,
    $sealed: [{ person: adaId, scope: 'account' }],
  });
  expect(JSON.parse(new TextDecoder().decode(record?.metadata))).toEqual({
    at: '2026-03-02T09:00:00.000Z',
    by: { kind: ada.kind, id: ada.id, role: ada.role },
    organisationId,
    personId: adaId,
    commandId: 'add-Dear diary',
    command: 'AddNote',
    inputDigest: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    correlationId: 'add-Dear diary',
    causationId: 'cause',
  });
});

test('A role that may not is refused before its input is looked at', async () => {
  const { codeOf } = start();
  expect(await codeOf(sending('AddNote', 'nonsense', '1', otto))).toBe('NotAllowed');
  expect(await codeOf(sending('BlessNotebook', { notebookId: first }, '1', otto))).toBe(
    'NotAllowed',
  );
});

test('A command that is not there is a bug of the caller', async () => {
  await expect(start().execute(sending('EatNotebook', {}, '1'))).rejects.toThrow(
    'There is no command EatNotebook.',
  );
});

test('What is absent, somebody else’s or another organisation’s answers the same', async () => {
  const { execute } = start();
  const absent = await execute(adding('x'));
  await execute(opening());
  const theirs = await execute({ ...adding('x'), by: bob });
  const elsewhere = await execute({
    ...adding('x'),
    organisationId: '00000000-0000-4000-8000-00000000000b' as OrganisationId,
  });
  expect(absent).toEqual(sample.notebookRejections.NotebookUnknown());
  expect(theirs).toEqual(absent);
  expect(elsewhere).toEqual(absent);
});

test('Wrong input names every field at once and repeats no value', async () => {
  const { execute } = start();
  const input = { notebookId: 'SECRET-1', size: -77, text: ' ', colour: 'SECRET-2' };
  const outcome = await execute(sending('AddNote', input, '1'));
  expect(outcome).toMatchObject({
    rejected: 'InvalidInput',
    details: {
      fields: {
        notebookId: 'invalid_format',
        size: 'too_small',
        text: 'is missing or not acceptable',
        colour: 'is not a field of this input',
      },
    },
  });
  expect(JSON.stringify(outcome)).not.toMatch(/SECRET|77/);
  for (const nothing of [undefined, null, 'SECRET', []])
    expect(await execute(sending('AddNote', nothing, '1'))).toMatchObject({
      rejected: 'InvalidInput',
      details: {
        fields: {
          notebookId: expect.any(String) as string,
          size: expect.any(String) as string,
          text: expect.any(String) as string,
        },
      },
    });
});

test('The same command again gives the first outcome, whatever happened since', async () => {
  const { clock, execute, store } = start();
  await execute(opening());
  const before = await execute(adding('one'));
  await execute(adding('two'));
  clock.advance(60_000);
  const again = await execute(adding('one'));
  if (isRejection(before) || isRejection(again)) throw new Error('Neither is refused.');
  expect(again).toMatchObject({ revision: 1, position: 1, repeated: true });
  expect(again.events.map(({ id, at }) => [id, at])).toEqual(
    before.events.map(({ id, at }) => [id, at]),
  );
  expect(store.records).toHaveLength(3);
});

test('Whoever is told of what became durable is waited for, and is told of nothing twice', async () => {
  const order: string[] = [];
  const { execute, store } = start(undefined, undefined, (organisation, events) => {
    expect(organisation).toBe(organisationId);
    order.push(`${events.map(({ type }) => type).join()} of ${store.records.length}`);
    return Promise.resolve().then(() => void order.push('followed'));
  });
  await execute(opening());
  order.push('answered');
  await execute(opening());
  expect(order).toEqual(['NotebookOpened of 1', 'followed', 'answered']);
});

test('A repetition may spell its input otherwise, as long as it says the same', async () => {
  const { execute } = start();
  await execute(opening());
  await execute(sending('AddNote', { notebookId: first, size: 3, text: 'one' }, 'add'));
  const again = sending('AddNote', { text: '  one ', size: 3, notebookId: first }, 'add');
  expect(await execute(again)).toMatchObject({ repeated: true });
});

test('A commandId with other input, or for another command, is refused', async () => {
  const { codeOf } = start();
  await codeOf(opening());
  await codeOf(sending('AddNote', { notebookId: first, size: 3, text: 'one' }, 'add'));
  const other = sending('AddNote', { notebookId: first, size: 3, text: 'two' }, 'add');
  expect(await codeOf(other)).toBe('CommandIdReused');
  const reopened = sending('OpenNotebook', { notebookId: first, ownerId: adaId }, 'add');
  expect(await codeOf(reopened)).toBe('CommandIdReused');
});

test('GDPR 17: once the keys are gone a repetition stands and nothing new is written', async () => {
  const { codeOf, execute, store, vault } = start();
  await execute(opening());
  await execute(adding('one'));
  await vault.destroyPerson(organisationId, adaId);
  expect(await execute(adding('one'))).toMatchObject({ repeated: true, revision: 1 });
  expect(await codeOf(adding('two'))).toBe('NotebookUnknown');
  await vault.destroyScope(organisationId, 'cy' as PersonId, 'account' as Scope);
  expect(store.records).toHaveLength(2);
});

test('A decision on what changed since it was seen is refused; what does not concern it may change', async () => {
  const { codeOf, execute } = start();
  await execute(opening());
  await execute(adding('one'));
  const closing = sending('CloseNotebook', { notebookId: first }, 'close', otto);
  expect(await codeOf(closing)).toBe('InvalidInput');
  expect(await codeOf({ ...closing, seen: 2 })).toBe('InvalidInput');
  expect(await codeOf({ ...closing, seen: 0 })).toBe('ChangedSinceSeen');
  expect(await codeOf({ ...closing, seen: 1 })).toBe('done');
  expect(await codeOf({ ...closing, seen: 0 })).toBe('done');
});

test('Of twenty at once each is done or told, and who was told gets through by sending again', async () => {
  const { execute, store } = start();
  await execute(opening());
  const notes = Array.from({ length: 20 }, (_, n) => adding(`note ${n}`));
  const outcomes = await Promise.all(notes.map(execute));
  const refused = outcomes.filter(isRejection);
  expect(refused.every(({ rejected }) => rejected === 'TooManyConflicts')).toBe(true);
  expect(store.records).toHaveLength(1 + 20 - refused.length);
  for (const note of notes) expect(isRejection(await execute(note))).toBe(false);
  expect(store.records).toHaveLength(21);
  expect(new Set(store.records.map(({ id }) => id)).size).toBe(21);
});

test('A race that is lost is run again on what the winner wrote', async () => {
  for (const error of [lostRace, () => new EventIdConflict('notebook-x' as never)]) {
    const { calls, storeOf } = failing(15, error);
    const { codeOf } = start(storeOf);
    expect(await codeOf(opening())).toBe('done');
    expect(calls.appends).toBe(16);
  }
});

test('Who loses sixteen races is told and nothing is written', async () => {
  const { calls, storeOf } = failing(Infinity, lostRace);
  const { codeOf, store } = start(storeOf);
  expect(await codeOf(opening())).toBe('TooManyConflicts');
  expect(calls.appends).toBe(16);
  expect(store.records).toHaveLength(0);
});

test('Input that no append can hold is refused', async () => {
  const { storeOf } = failing(1, () => new AppendTooLarge('notebook-x' as never, 2 ** 21));
  expect(await start(storeOf).codeOf(opening())).toBe('InputTooLarge');
});

test('A full disk is told as such, nothing is changed, and the same command is good again later', async () => {
  const { storeOf } = failing(1, () => new StoreFull());
  const { codeOf } = start(storeOf);
  expect(await codeOf(opening())).toBe('StoreFull');
  expect(await codeOf(opening())).toBe('done');
});

test('A failure that nobody foresaw is no refusal of the domain', async () => {
  const { storeOf } = failing(1, () => new TypeError('a bug'));
  const { codeOf } = start(storeOf);
  await expect(codeOf(opening())).rejects.toThrow(TypeError);
  expect(await codeOf(opening())).toBe('done');
});

test('On what a newer program wrote a command is refused, changes nothing and says how to go on', async () => {
  for (const type of ['NotebookDecorated.v1', 'NoteAdded.v2']) {
    const { codeOf, execute, store } = start();
    await codeOf(opening());
    await store.append(organisationId, `notebook-${first}` as StreamName, 0, [
      {
        id: '00000000-0000-4000-8000-0000000000ff' as EventId,
        type,
        contentType: 'application/json',
        data: new TextEncoder().encode('{}'),
        metadata: new TextEncoder().encode(JSON.stringify({ organisationId })),
      },
    ]);
    expect(await execute(adding('one'))).toMatchObject({
      rejected: 'UpgradeNeeded',
      retry: 'later',
      details: { event: type },
    });
    expect(store.records).toHaveLength(2);
    expect(await codeOf(opening(sample.second))).toBe('done');
  }
});

test('What some other process could not read is not written until it can, and all else is', async () => {
  const asked: string[] = [];
  let isRolledOut = false;
  const { codeOf, execute, store } = start(undefined, {
    canAllRead: (type, version) => {
      asked.push(`${type}.v${version}`);
      return type === 'NoteAdded' ? Promise.resolve(isRolledOut) : true;
    },
  });
  expect(await codeOf(opening())).toBe('done');
  expect(await execute(adding('one'))).toMatchObject({
    rejected: 'UpgradeInProgress',
    retry: 'later',
    details: { event: 'NoteAdded.v1' },
  });
  expect(store.records).toHaveLength(1);
  expect(await codeOf(sending('CloseNotebook', { notebookId: sample.second }, '1', otto))).toBe(
    'NotebookUnknown',
  );
  isRolledOut = true;
  expect(await execute(adding('one'))).toMatchObject({ revision: 1, repeated: false });
  isRolledOut = false;
  // What was done is told again, whoever came since.
  expect(await execute(adding('one'))).toMatchObject({ revision: 1, repeated: true });
  expect(asked).toEqual(['NotebookOpened.v1', 'NoteAdded.v1', 'NoteAdded.v1']);
});

test('Two aggregates with a command of the same name are refused at the start', () => {
  const { store, vault, clock } = start();
  const ports = { permissions: {}, store, vault, clock, codec: sample.codec };
  const aggregates = { one: sample.notebook, two: { ...sample.notebook, category: 'other' } };
  expect(() => createExecute({ ...ports, aggregates })).toThrow('Two aggregates have a command');
});
