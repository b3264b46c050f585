import { administer } from '@vivier/server';
import { registered, staffed, submitted, type Staff } from '../support/people.ts';
import { dossierOf } from '../support/reading.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let applicationId: string;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  const invitation = await maison.invite();
  const person = { fullName: 'Ada Exemple', email: 'ada@example.org' };
  const { client } = await registered(house, maison, invitation, person);
  ({ applicationId } = await submitted(client, invitation));
  await house.server.house.settled();
});
afterAll(() => house.end());

test('A rebuild tells how far each projection is, after how many events, and what came of it', async () => {
  const inside = house.server.house;
  const before = await dossierOf(maison.olu, applicationId);
  const all = (await inside.store.head()) + 1;
  const told: unknown[] = [];
  const answer = await administer(
    inside,
    { do: 'rebuild', projection: 'dossier' },
    {
      tell: ({ projection, events, percent, perSecond }) =>
        told.push([projection, events, percent, perSecond > 0]),
    },
  );
  expect(answer).toEqual({ done: { dossier: 'answers' } });
  expect(told[0]).toEqual(['dossier', 0, 0, false]);
  expect(told.at(-1)).toEqual(['dossier', all, 100, true]);
  expect(await dossierOf(maison.olu, applicationId)).toEqual(before);
});

test('A projection that there is not is refused with those that there are', async () => {
  const answer = await administer(house.server.house, { do: 'rebuild', projection: 'dossiers' });
  expect(answer).toMatchObject({
    rejected: 'ProjectionUnknown',
    details: {
      projections: [
        'auditTrail',
        'candidateSpace',
        'dossier',
        'mailLog',
        'messages',
        'personalFeedAccess',
        'reviewSynthesis',
      ],
    },
  });
});

test('A change shows in its own answer also while read models are rebuilt around it', async () => {
  const inside = house.server.house;
  const rebuilt = administer(inside, { do: 'rebuild' });
  for (let turn = 0; turn < 5; turn += 1) {
    const { revision } = await dossierOf(maison.olu, applicationId);
    const { items } = await dossierOf(maison.olu, applicationId);
    const answer = await maison.olu.do('commentOnDocument', {
      applicationId,
      documentId: items[0]?.documentId,
      version: 1,
      comment: `Number ${turn}.`,
    });
    expect(answer.reviewSynthesis?.revision).toBe(revision + 1);
  }
  expect(await rebuilt).toMatchObject({ done: { reviewSynthesis: 'answers' } });
});

test('What is built for a raised version is refused until it is done, says so, and can be asked again', async () => {
  const inside = house.server.house;
  const { projector, readStore } = inside;
  const ready = async () => {
    const response = await fetch(`${house.server.url}/health/ready`);
    return [response.status, await response.json()] as const;
  };
  expect(await ready()).toMatchObject([200, { status: 'ready' }]);
  // As the program of another version left it.
  const elsewhere = new Proxy(readStore, {
    get: (target, name: keyof typeof readStore) =>
      name === 'current'
        ? async (projection: string) => `${projection}_9`
        : (target[name] as () => unknown).bind(target),
  });
  const building = projector.building;
  Object.assign(projector, { building: () => ['dossier'] });
  Object.assign(inside, { readStore: elsewhere });
  const query =
    'query Read($applicationId: ID!) { dossier(applicationId: $applicationId) { state } }';
  const refusal = await maison.olu.refused(query, { applicationId });
  expect(refusal).toMatchObject({ code: 'ReadModelBuilding', retry: 'later' });
  expect(await ready()).toMatchObject([503, { status: 'building', building: ['dossier'] }]);
  Object.assign(projector, { building });
  Object.assign(inside, { readStore });
  expect(await dossierOf(maison.olu, applicationId)).toMatchObject({ state: 'submitted' });
});
