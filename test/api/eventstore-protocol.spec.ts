import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AccessDeniedError,
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { registered, staffed } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

const NAME = 'Perpetua Merriweather';

const clientOf = ({ server }: Running): EventStoreDBClient =>
  EventStoreDBClient.connectionString(`esdb://127.0.0.1:${server.eventStorePort ?? 0}?tls=false`);

const everything = async (client: EventStoreDBClient) => {
  const events: NonNullable<ResolvedEvent['event']>[] = [];
  for await (const { event } of client.readAll()) if (event) events.push(event);
  return events;
};

describe('Vivier’s own log, to a client of EventStoreDB,', () => {
  let house: Running;
  let client: EventStoreDBClient;
  beforeAll(async () => {
    house = await running({ eventStoreProtocol: { port: 0 } });
    const maison = await staffed(house);
    const person = { fullName: NAME, email: 'perpetua@example.org' };
    await registered(house, maison, await maison.invite(), person);
    client = clientOf(house);
  });
  afterAll(async () => {
    await client.dispose();
    await house.end();
  });

  test('reads as streams by category, with what is personal sealed.', async () => {
    const events = await everything(client);
    const registration = events.find(({ type }) => type === 'CandidateRegistered.v1');
    expect(registration?.streamId).toMatch(/^candidate-/);
    const text = JSON.stringify(events.map(({ data, metadata }) => ({ data, metadata })));
    expect(text).toContain('inputDigest');
    expect(text).not.toMatch(/Perpetua|Merriweather|example\.org/i);
  });

  test('cannot be written.', async () => {
    const write = client.appendToStream(
      'candidate-x.y',
      [jsonEvent({ type: 'Forged.v1', data: {} })],
      { expectedRevision: NO_STREAM, credentials: { username: 'admin', password: 'changeit' } },
    );
    await expect(write).rejects.toBeInstanceOf(AccessDeniedError);
    await expect(client.deleteStream('candidate-x.y')).rejects.toBeInstanceOf(AccessDeniedError);
    expect((await everything(client)).map(({ type }) => type)).not.toContain('Forged.v1');
  });
});

test('A log of its own is a whole server for development, and outlives a restart.', async () => {
  const place = await mkdtemp(join(tmpdir(), 'vivier-own-log-'));
  const eventStoreProtocol = { port: 0, file: join(place, 'events.sqlite') };
  const written = await running({ eventStoreProtocol });
  const writer = clientOf(written);
  const ordered = jsonEvent({ type: 'Ordered', data: { pieces: 3 } });
  const { nextExpectedRevision } = await writer.appendToStream('order-1', [ordered], {
    expectedRevision: NO_STREAM,
  });
  expect(nextExpectedRevision).toBe(0n);
  await writer.dispose();
  await written.end();

  const again = await running({ eventStoreProtocol });
  const reader = clientOf(again);
  const data: unknown[] = [];
  for await (const { event } of reader.readStream('order-1')) data.push(event?.data);
  expect(data).toEqual([{ pieces: 3 }]);
  await reader.dispose();
  await again.end();
  await rm(place, { recursive: true });
});

test('It is off unless it is asked for.', async () => {
  const house = await running();
  expect(house.server.eventStorePort).toBeUndefined();
  await house.end();
});
