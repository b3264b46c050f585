import { dossier } from '@vivier/projections';
import type { Client } from '../support/client.ts';
import { opened, registered, staffed, type Staff } from '../support/people.ts';
import { running, type Running } from '../support/running.ts';

let house: Running;
let maison: Staff;
let ada: Client;
let applicationId: string;
let position: string;
beforeAll(async () => {
  house = await running();
  maison = await staffed(house);
  const invitation = await maison.invite();
  const person = { fullName: 'Ada Exemple', email: 'ada@example.org' };
  ada = (await registered(house, maison, invitation, person)).client;
  await opened(house, maison, ada, invitation);
  const second = await maison.invite('Second');
  const started = await ada.do('startApplication', { invitation: second });
  ({ applicationId } = started);
  position = started.position ?? '';
});
afterAll(() => house.end());

const queries = (id: string) =>
  [
    ['dossier', '(applicationId: $id, atLeast: $at) { state }', { id }],
    ['reviewSynthesis', '(applicationId: $id, atLeast: $at) { state }', { id }],
    ['documentAuditTrail', '(documentId: $id, atLeast: $at) { edges { cursor } }', { id }],
    ['dossiers', '(atLeast: $at) { edges { node { applicationId } } }', {}],
    ['candidateSpace', '(atLeast: $at) { applications { applicationId } }', {}],
    ['me', '(atLeast: $at) { candidateSpace { applications { applicationId } } }', {}],
  ] as const;

const asked = ([name, rest, variables]: ReturnType<typeof queries>[number], at: string) =>
  [
    'id' in variables
      ? `query At($at: Position, $id: ID!) { ${name}${rest} }`
      : `query At($at: Position) { ${name}${rest} }`,
    { ...variables, at },
  ] as const;

const whoAsks = (name: string): Client =>
  ['documentAuditTrail', 'dossiers'].includes(name) ? maison.olu : ada;

const tokenOf = (position: number): string => Buffer.from(`p${position}`).toString('base64url');

test('A query given the position of a change shows it, without waiting outside', async () => {
  for (let turn = 0; turn < 20; turn += 1) {
    const token = await maison.invite(`Campaign ${turn}`);
    const started = await ada.do('startApplication', { invitation: token });
    const { dossiers } = await maison.olu.ask<{ dossiers: { edges: unknown[] } }>(
      'query Fresh($at: Position, $filter: DossierFilter) { dossiers(atLeast: $at, filter: $filter) { edges { node { applicationId } } } }',
      { at: started.position, filter: { campaign: `Campaign ${turn}` } },
    );
    expect(dossiers.edges).toEqual([{ node: { applicationId: started.applicationId } }]);
  }
});

describe('Every query takes a position:', () => {
  test.each(queries('').map(([name]) => name))('%s', async (name) => {
    const query = queries(applicationId).find((candidate) => candidate[0] === name);
    if (!query) throw new Error(`There is no query ${name}.`);
    const who = whoAsks(name);
    expect(Object.keys(await who.ask<object>(...asked(query, position)))).toEqual([name]);

    const head = await house.server.house.store.head();
    expect(await who.refused(...asked(query, tokenOf(head + 1)))).toMatchObject({
      code: 'PositionUnknown',
      remedy: 'Use a position that a mutation returned.',
    });
  });
});

// The last test: what it halts stays halted.
test('What stands still says so: queries may be repeated, changes are kept, readiness names it', async () => {
  const ready = () => fetch(`${house.server.url}/health/ready`);
  expect([(await ready()).status, await (await ready()).json()]).toEqual([
    200,
    { status: 'ready', outbox: { dead: 0 }, agenda: { failing: 0 } },
  ]);
  const halt = {
    position: 0 as never,
    message: 'Stopped by a test.',
    remedy: 'End the test.',
  };
  for (const progress of house.server.house.projector.progress.values()) progress.haltAt(halt);

  const token = await maison.admin.do('createInvitation', { campaign: 'Late' });
  const started = await ada.do('startApplication', { invitation: token.invitation.token });
  expect(started).toMatchObject({ dossier: null, position: expect.any(String) as string });
  for (const query of queries(started.applicationId))
    expect(await whoAsks(query[0]).refused(...asked(query, started.position ?? ''))).toMatchObject({
      code: 'NotYetVisible',
      remedy: 'Ask again in a moment.',
    });

  const response = await ready();
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    status: 'halted',
    halted: expect.arrayContaining([{ name: `dossier_${dossier.version}`, ...halt }]) as unknown,
  });
  expect((await fetch(`${house.server.url}/health/live`)).status).toBe(200);
});
