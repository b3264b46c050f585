import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { START, type OrganisationId, type Position } from '@vivier/kernel';
import type { AgendaEntry, SagaBatch } from '../port.ts';
import { runProgram } from './program.contract.ts';
import { openEmbeddedWorkState } from './work-state.ts';

const ORGANISATION = '6f1c0b7e-0000-4000-8000-00000000000a' as OrganisationId;
const at = (position: number): Position => position as Position;

describe('the file of the embedded working state', () => {
  let folder: string;
  const file = () => join(folder, 'data', 'work.sqlite');
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vivier-work-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const batch = (from: number, text: string | undefined): SagaBatch => {
    const agenda: AgendaEntry[] =
      text === undefined
        ? []
        : [
            {
              organisationId: ORGANISATION,
              saga: 's',
              instance: 'i',
              key: 'k',
              due: 1,
              payload: text,
            },
          ];
    const instances = [{ organisationId: ORGANISATION, instance: 'i', state: text, agenda }];
    return { saga: 's', from: at(from), to: at(from + 1), instances };
  };

  test('is made for its owner alone and holds nothing of what was forgotten', async () => {
    const store = await openEmbeddedWorkState({ file: file() });
    await store.commit(batch(START, 'canary '.repeat(2_000)));
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700);
    await store.close();
    expect((await readFile(file())).includes('canary')).toBe(true);
    const again = await openEmbeddedWorkState({ file: file() });
    await again.commit(batch(0, undefined));
    await again.close();
    expect(await readdir(join(folder, 'data'))).toEqual(['work.sqlite']);
    expect((await readFile(file())).includes('canary')).toBe(false);
  });

  test('gives what is due, takes it out, and finds an instance, by one walk over one index each', async () => {
    await (await openEmbeddedWorkState({ file: file() })).close();
    const database = new DatabaseSync(file());
    const steps = (text: string) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${text}`)
        .all()
        .map((row) => row['detail']);
    expect(
      steps(
        `SELECT due, owner, instance, key, payload FROM agenda WHERE due <= 1
          ORDER BY due, organisation, saga, instance, key LIMIT 5`,
      ),
    ).toEqual(['SEARCH agenda USING PRIMARY KEY (due<?)']);
    expect(
      steps(
        `DELETE FROM agenda WHERE (due, organisation, saga, instance, key) <= (1, 'o', 's', 'i', 'k')`,
      ),
    ).toEqual([
      'SEARCH agenda USING PRIMARY KEY ((due,organisation,saga,instance,key)<(?,?,?,?,?))',
    ]);
    expect(
      steps(`SELECT number, state, entries FROM instances WHERE owner = 1 AND instance = 'i'`),
    ).toEqual([
      'SEARCH instances USING INDEX sqlite_autoindex_instances_1 (owner=? AND instance=?)',
    ]);
    const indexes = database
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'agenda'`)
      .all();
    expect(indexes).toEqual([]);
    database.close();
  });

  describe('made before its layout had a number', () => {
    const BEFORE = `
      CREATE TABLE positions (saga TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE instances (
        saga TEXT NOT NULL, organisation TEXT NOT NULL, instance TEXT NOT NULL, state TEXT NOT NULL,
        PRIMARY KEY (saga, organisation, instance)
      );
      CREATE TABLE agenda (
        due INTEGER NOT NULL, organisation TEXT NOT NULL, saga TEXT NOT NULL,
        instance TEXT NOT NULL, key TEXT NOT NULL, payload TEXT NOT NULL,
        PRIMARY KEY (due, organisation, saga, instance, key)
      ) WITHOUT ROWID;
      CREATE UNIQUE INDEX agenda_by_instance ON agenda (saga, organisation, instance, key);
      CREATE TABLE tasks (
        number INTEGER PRIMARY KEY, effect TEXT NOT NULL, event TEXT NOT NULL,
        organisation TEXT NOT NULL, task TEXT NOT NULL, attempts INTEGER NOT NULL,
        due INTEGER NOT NULL, dead INTEGER NOT NULL, failure TEXT, UNIQUE (effect, event)
      );
      CREATE INDEX tasks_by_due ON tasks (dead, due, number);
      INSERT INTO positions VALUES ('s', 7), ('effect:mail', 5);
      INSERT INTO instances VALUES
        ('s', '${ORGANISATION}', 'planned', 'one'), ('s', '${ORGANISATION}', 'idle', 'two');
      INSERT INTO agenda VALUES
        (1, '${ORGANISATION}', 's', 'planned', 'k', 'p'), (2, '${ORGANISATION}', 's', 'planned', 'l', 'p'),
        (3, '${ORGANISATION}', 's', 'stateless', 'k', 'p');
      INSERT INTO tasks VALUES (1, 'mail', 'e', '${ORGANISATION}', '{}', 2, 9, 0, 'Unreachable');
    `;
    const instance = (name: string) => ({ organisationId: ORGANISATION, instance: name });

    test('keeps its positions, states, plans and tasks', async () => {
      const before = new DatabaseSync(join(folder, 'before.sqlite'));
      before.exec(BEFORE);
      before.close();
      const store = await openEmbeddedWorkState({ file: join(folder, 'before.sqlite') });
      expect(await store.position('s')).toBe(7);
      expect(await store.states('s', ['planned', 'idle', 'stateless'].map(instance))).toEqual([
        'one',
        'two',
        undefined,
      ]);
      expect((await store.due(9, 9)).map(({ instance: of, key }) => `${of} ${key}`)).toEqual([
        'planned k',
        'planned l',
        'stateless k',
      ]);
      expect(await store.outbox.position('mail')).toBe(5);
      expect(await store.outbox.due(9, 9)).toMatchObject([{ attempts: 2, due: 9 }]);

      // What was planned before goes when the plan is another one.
      const agenda: AgendaEntry[] = [];
      await store.commit({
        ...{ saga: 's', from: at(7), to: at(8) },
        instances: ['planned', 'stateless'].map((name) => ({
          ...instance(name),
          state: 'three',
          agenda,
        })),
      });
      expect(await store.nextDue()).toBeUndefined();
      await store.close();
      const again = await openEmbeddedWorkState({ file: join(folder, 'before.sqlite') });
      expect(await again.states('s', [instance('planned')])).toEqual(['three']);
      await again.close();
    });
  });

  test('that was made before there were settings opens with what it has, and takes them', async () => {
    const path = join(folder, 'without-settings.sqlite');
    const instance = { organisationId: ORGANISATION, instance: 'i', state: '{}' };
    const entry = { organisationId: ORGANISATION, saga: 's', instance: 'i' };
    const agenda = [{ ...entry, key: 'k', due: 7, payload: '{}' }];
    const before = await openEmbeddedWorkState({ file: path });
    await before.commit({
      ...{ saga: 's', from: START, to: at(0) },
      instances: [{ ...instance, agenda }],
    });
    await before.close();
    const older = new DatabaseSync(path);
    older.exec('DROP TABLE settings');
    older.close();

    const store = await openEmbeddedWorkState({ file: path });
    expect(await store.due(7, 9)).toEqual(agenda);
    expect(await store.unreached('s')).toEqual([]);
    const settings = [{ organisationId: ORGANISATION, settings: '{"days":1}' }];
    await store.commit({ saga: 's', from: at(0), to: at(0), instances: [], settings });
    expect(await store.settings('s', ORGANISATION)).toBe('{"days":1}');
    expect(await store.due(7, 9)).toEqual([]);
    await store.close();
  });

  test('is left alone where a newer program made it', async () => {
    await (await openEmbeddedWorkState({ file: file() })).close();
    const newer = new DatabaseSync(file());
    newer.exec('PRAGMA user_version = 1000');
    newer.close();
    await expect(openEmbeddedWorkState({ file: file() })).rejects.toThrow(
      /was written by a newer version: start that version/,
    );
  });

  test('is whole, with all that was acknowledged, after its process was killed', async () => {
    const killed = join(folder, 'killed.sqlite');
    const child = runProgram(
      `
        import { openEmbeddedWorkState } from '@vivier/work-state';
        const store = await openEmbeddedWorkState({ file: ${JSON.stringify(killed)} });
        const organisationId = ${JSON.stringify(ORGANISATION)};
        for (let n = 0; ; n += 1) {
          const payload = String(n);
          const agenda = [{ organisationId, saga: 's', instance: 'i', key: 'k', due: n, payload }];
          const instances = [{ organisationId, instance: 'i', state: payload, agenda }];
          await store.commit({ saga: 's', from: n - 1, to: n, instances });
          console.log(n);
        }`,
    );
    let acknowledged = -1;
    for await (const line of child.lines) {
      acknowledged = Number(line);
      if (acknowledged === 60) child.kill();
    }
    await child.gone;

    const store = await openEmbeddedWorkState({ file: killed });
    const position = await store.position('s');
    expect(acknowledged).toBeGreaterThanOrEqual(60);
    expect(position).toBeGreaterThanOrEqual(acknowledged);
    expect(await store.states('s', [{ organisationId: ORGANISATION, instance: 'i' }])).toEqual([
      String(position),
    ]);
    expect(await store.due(Number.MAX_SAFE_INTEGER, 9)).toMatchObject([{ due: position }]);
    await store.close();
  });
});
