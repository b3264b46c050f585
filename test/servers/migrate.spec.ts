import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { jest } from '@jest/globals';
import { openEmbeddedEventStore, openEventStoreDb, type EventStore } from '@vivier/event-store';
import type { Position } from '@vivier/kernel';
import { onServer } from '@vivier/mongodb/contract';
import { deleteSource } from '@vivier/server';
import { openMasterKeysFile } from '@vivier/vault';
import { BSON } from 'mongodb';
import { move, movable, onDatabase, type Movable } from '../support/movable.ts';
import { answersOf, contentOf, recordsOn, startedOn, untouched } from '../support/moving.ts';

jest.setTimeout(240_000);

onServer('Moving the stores of a folder to servers', () => {
  let stores: Movable;
  beforeAll(async () => {
    stores = await movable();
  });
  afterAll(() => stores.end());

  test('Everybody is told on the servers what they were told before, and nothing happens twice', async () => {
    const { folder, servers } = await stores.fresh();
    const kept = await untouched(folder);
    const { moved } = await move({ folder, servers });
    expect(moved).toMatchObject({ organisations: 2, damagedKeys: 0, missingFiles: 0, tasks: 1 });
    expect(await untouched(folder)).toEqual(kept);

    const own = await openEmbeddedEventStore({ file: join(folder, 'log.sqlite') });
    const records: unknown[] = [];
    for await (const page of own.readAll()) records.push(...page.map(contentOf));
    await own.close();
    expect(records).toHaveLength(moved?.events ?? -1);
    expect(await recordsOn(servers.eventStoreUrl)).toEqual(records);
    // Among them what a saga sent, which it would send again if it did not know it.
    const sent = records.map((record) =>
      Buffer.from((record as string[])[6]!, 'base64').toString(),
    );
    expect(sent.filter((metadata) => metadata.includes('"kind":"saga"'))).not.toEqual([]);

    const running = await startedOn(folder, servers);
    try {
      expect(await answersOf(running, stores.things)).toEqual(stores.before);
      // Sagas fold the log from its beginning: what they sent once, they do not send again.
      expect(running.server.house.sagas.settled.position).toBe(
        await running.server.house.store.head(),
      );
      expect(await recordsOn(servers.eventStoreUrl)).toEqual(records);
    } finally {
      await running.stop();
    }
  });

  test('An effect goes on behind the very event up to which it had come', async () => {
    const { folder, servers } = await stores.fresh();
    await move({ folder, servers });
    const file = new DatabaseSync(join(folder, 'work-state.sqlite'), { readOnly: true });
    const positions = file
      .prepare(`SELECT saga AS place, position FROM positions WHERE saga LIKE 'effect:%'`)
      .all();
    file.close();
    expect(positions.length).toBeGreaterThan(1);
    const eventAt = async (store: EventStore, position: number) => {
      for await (const [record] of store.readAll({ after: (position - 1) as Position, limit: 1 }))
        return record?.position === position ? record.id : undefined;
      return undefined;
    };
    const here = await openEmbeddedEventStore({ file: join(folder, 'log.sqlite') });
    const there = await openEventStoreDb({ address: servers.eventStoreUrl });
    await onDatabase(servers, async (db) => {
      for (const { place, position } of positions) {
        const rows = db.collection<{ _id: string; position: number }>('work_positions');
        const row = await rows.findOne({ _id: place as string });
        const event = await eventAt(here, position as number);
        expect(event).toBeDefined();
        expect(await eventAt(there, row!.position)).toBe(event);
        expect(row!.position).not.toBe(position);
      }
    });
    await here.close();
    await there.close();
  });

  test('Whoever and whatever was erased stays so: no key of theirs goes along', async () => {
    const { folder, servers } = await stores.fresh();
    await move({ folder, servers });
    await onDatabase(servers, async (db) => {
      const { personId, uploadId } = stores.things.erased;
      expect(await db.collection('vault_keys').countDocuments()).toBeGreaterThan(0);
      expect(await db.collection('vault_keys').countDocuments({ person: personId })).toBe(0);
      const scope = `file-${uploadId}`;
      expect(await db.collection('vault_keys').countDocuments({ scope })).toBe(0);
      expect(await db.collection('identity_accounts').countDocuments({ person: personId })).toBe(0);
      expect(await db.collection('vault_fences').countDocuments()).toBe(2);
      // Its record tells that there was a file; the bytes stayed behind.
      const rows = db.collection<{ _id: string }>('files_uploads');
      expect(await rows.countDocuments({ _id: uploadId })).toBe(1);
      const bytes = db.collection('files_documents.files');
      expect(await bytes.countDocuments({ filename: uploadId })).toBe(0);
    });
  });

  test('No key lies on the server or in a file in clear, or under a master key alone', async () => {
    const { folder, servers } = await stores.fresh();
    await move({ folder, servers });
    const masterKeys = openMasterKeysFile(join(folder, 'master-keys.json'));
    const file = new DatabaseSync(join(folder, 'keys.sqlite'), { readOnly: true });
    const rows = file
      .prepare('SELECT organisation, person, scope, bytes FROM keys JOIN slots ON slots.id = slot')
      .all();
    file.close();
    const dump = await onDatabase(servers, async (db) => {
      const pieces: Uint8Array[] = [];
      for (const { name } of await db.listCollections().toArray())
        for await (const row of db.collection(name).find()) pieces.push(BSON.serialize(row));
      return Buffer.concat(pieces);
    });
    const files: Buffer[] = [];
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) files.push(await readFile(join(entry.parentPath, entry.name)));
    const folderBytes = Buffer.concat(files);
    expect(rows.length).toBeGreaterThan(10);
    // What is looked for would be found.
    expect(folderBytes.includes(Buffer.from(rows[0]!['bytes'] as Uint8Array))).toBe(true);
    for (const { organisation, person, scope, bytes } of rows) {
      const wrapped = Buffer.from(bytes as Uint8Array);
      const context = JSON.stringify(['vivier.data-key.1', organisation, person, scope]);
      const key = Buffer.from(await masterKeys.unwrap(organisation as never, wrapped, context));
      expect([dump.includes(key), dump.includes(wrapped), folderBytes.includes(key)]).toEqual([
        false,
        false,
        false,
      ]);
    }
  });

  test('What was damaged or missing in the folder is moved as it is, and told', async () => {
    const { folder, servers } = await stores.fresh();
    const file = new DatabaseSync(join(folder, 'keys.sqlite'));
    file.exec(`UPDATE slots SET bytes = randomblob(length(bytes)) WHERE id =
      (SELECT slot FROM keys WHERE scope LIKE 'file-%' ORDER BY slot LIMIT 1)`);
    file.close();
    const files = await readdir(join(folder, 'documents'), {
      recursive: true,
      withFileTypes: true,
    });
    // One that its person still needs: whoever is erased misses nothing.
    const records = new DatabaseSync(join(folder, 'documents.sqlite'), { readOnly: true });
    const { candidateId, erased } = stores.things;
    const row = records
      .prepare(
        "SELECT upload_id FROM upload WHERE person_id = ? AND upload_id <> ? AND state = 'complete'",
      )
      .get(candidateId, erased.uploadId);
    records.close();
    const lost = files.find((entry) => entry.isFile() && entry.name === row?.['upload_id']);
    await rm(join(lost!.parentPath, lost!.name));
    const { moved } = await move({ folder, servers });
    expect(moved).toMatchObject({ damagedKeys: 1, missingFiles: 1 });
  });

  test('The old stores are deleted on demand, once they were moved, and nobody misses them', async () => {
    const { folder, servers } = await stores.fresh();
    await expect(deleteSource(folder)).rejects.toThrow('were not moved to their end');
    await move({ folder, servers });
    expect([await deleteSource(folder), await deleteSource(folder)]).toEqual([true, false]);
    expect((await readdir(folder)).filter((name) => !name.startsWith('owner.')).sort()).toEqual([
      'epoch-keys',
      'erased.jsonl',
      'installation.json',
      'issuer-key.json',
      'mail',
      'master-keys',
      'moved.json',
    ]);
    const running = await startedOn(folder, servers);
    try {
      expect(await answersOf(running, stores.things)).toEqual(stores.before);
    } finally {
      await running.stop();
    }
  });
});
