import type { EventId, OrganisationId, StreamName } from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { connected, integratorOf, loggedIds, reading, type Told } from '../support/feed.ts';
import { staffed, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
});
afterAll(() => house.end());

const idsOf = (told: readonly Told[]) => told.map(({ eventId }) => eventId);
const logged = async () => (await loggedIds(house, maison.slug)).map(({ id }) => id);
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** Bytes of one event: the network holds some thousands of small ones for a reader that does not read. */
const LARGE = 8 * 1024;

/** Appends large events faster than commands would. */
const flood = async (mark: string, count: number): Promise<void> => {
  const { store, identity } = house.server.house;
  const organisation = await identity.organisationBySlug(maison.slug);
  const organisationId = organisation?.organisationId as OrganisationId;
  const stream = `recruitmentModule-${organisationId}` as StreamName;
  const metadata = {
    at: '2026-03-02T09:00:00.000Z',
    by: { kind: 'system', id: 'flood', role: 'system' },
    organisationId,
    commandId: derive('flood'),
    command: 'CreateInvitation',
    inputDigest: 'none',
    correlationId: derive('flood'),
    causationId: derive('flood'),
  };
  for (let from = 0; from < count; from += 100)
    await store.append(
      organisationId,
      stream,
      'any',
      Array.from({ length: Math.min(100, count - from) }, (_, n) => ({
        id: derive(mark, String(from + n)) as EventId,
        type: 'InvitationCreated.v1',
        contentType: 'application/json' as const,
        data: encode({
          invitationId: derive(mark, 'invitation', String(from + n)),
          campaign: `${mark} ${from + n} ${'x'.repeat(LARGE)}`,
        }),
        metadata: encode(metadata),
      })),
    );
};

test('A live reader that does not read is cut off with where to go on, and then misses nothing', async () => {
  const ivo = await integratorOf(house, maison.slug);
  let socket: WebSocket | undefined;
  const client = connected(ivo.client, (opened) => {
    socket = opened;
  });
  const feed = reading(client);
  await feed.until((await logged()).length);
  // One more, so that it is live.
  await maison.invite('Live');
  await feed.find(({ data }) => data['campaign'] === 'Live');
  await maison.invite('Live too');
  await feed.find(({ data }) => data['campaign'] === 'Live too');
  const before = feed.told.length;
  socket?.pause();
  await flood('flood', 4_000);
  await house.server.house.settled();
  socket?.resume();
  const { refusals } = await feed.ended;
  const last = feed.told.at(-1);
  expect(refusals).toMatchObject([
    {
      extensions: { code: 'ReaderTooSlow', retry: 'now', details: { resumeAfter: last?.position } },
    },
  ]);
  const all = await logged();
  // What waited for it was kept and told, and was bounded.
  expect(feed.told.length).toBeGreaterThanOrEqual(before + 1_000);
  expect(feed.told.length).toBeLessThan(all.length);
  expect(idsOf(feed.told)).toEqual(all.slice(0, feed.told.length));

  const rest = reading(client, { after: last?.position });
  await rest.until(all.length - feed.told.length);
  expect(idsOf([...feed.told, ...rest.told])).toEqual(all);
  await client.dispose();
});

test('A server that stops ends every stream with where to go on, and another one goes on there', async () => {
  const ines = await integratorOf(house, maison.slug, 'Ines');
  let socket: WebSocket | undefined;
  const client = connected(ines.client, (opened) => {
    socket = opened;
  });
  const feed = reading(client, { types: ['ChecklistSet'] });
  const [checklist] = await feed.until(1);
  const closed = once(socket as WebSocket, 'close');
  // One that reads nothing, not even this, keeps nobody waiting.
  let stalled: WebSocket | undefined;
  const deaf = connected(ines.client, (opened) => {
    stalled = opened;
  });
  await reading(deaf).until(1);
  stalled?.pause();
  const next = await house.again();
  const { refusals } = await feed.ended;
  expect(refusals).toMatchObject([
    {
      extensions: {
        code: 'ShuttingDown',
        retry: 'later',
        details: { resumeAfter: checklist?.position },
      },
    },
  ]);
  expect((await closed)[0]).toBe(1001);
  stalled?.terminate();
  house = next;
});
