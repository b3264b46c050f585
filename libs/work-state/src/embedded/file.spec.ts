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

  test('gives what is due, and what an instance had, by one walk over one index each', async () => {
    await (await openEmbeddedWorkState({ file: file() })).close();
    const database = new DatabaseSync(file());
    const steps = (text: string) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${text}`)
        .all()
        .map((row) => row['detail']);
    expect(
      steps(
        `SELECT due, organisation, saga, instance, key, payload FROM agenda WHERE due <= 1
          ORDER BY due, organisation, saga, instance, key LIMIT 5`,
      ),
    ).toEqual(['SEARCH agenda USING PRIMARY KEY (due<?)']);
    expect(
      steps(`SELECT due FROM agenda WHERE saga = 's' AND organisation = 'o' AND instance = 'i'`),
    ).toEqual([
      'SEARCH agenda USING COVERING INDEX agenda_by_instance (saga=? AND organisation=? AND instance=?)',
    ]);
    database.close();
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
