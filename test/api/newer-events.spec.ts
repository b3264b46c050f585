import type { OrganisationId, StreamName } from '@vivier/kernel';
import { candidateSpace } from '@vivier/projections';
import { derive } from '@vivier/runtime';
import { registered, sample, staffed, upload } from '../support/people.ts';
import { running } from '../support/running.ts';

test('A server that meets what only a newer program reads names it, and the rest goes on', async () => {
  const house = await running();
  const maison = await staffed(house);
  const invitation = await maison.invite();
  const eve = await registered(house, maison, invitation, {
    fullName: 'Eve Exemple',
    email: 'eve@example.org',
  });
  const uploadId = await upload(eve.client, await sample('CV.pdf'));
  await house.server.house.settled();
  const { store: log, identity } = house.server.house;
  const organisation = await identity.organisationBySlug(maison.slug);
  const { position } = await log.append(
    organisation?.organisationId as OrganisationId,
    `candidate-${eve.candidateId}` as StreamName,
    'exists',
    [
      {
        id: derive('promoted') as never,
        type: 'CandidatePromoted.v1',
        contentType: 'application/json',
        data: new TextEncoder().encode('{}'),
        metadata: new TextEncoder().encode('{}'),
      },
    ],
  );
  for (const progress of house.server.house.projector.progress.values())
    expect(await progress.reached(position)).toBe(false);

  const input = { uploadId, fileName: 'CV.pdf' };
  expect(await eve.client.tries('addDocument', input)).toMatchObject({
    code: 'UpgradeNeeded',
    retry: 'later',
    details: { event: 'CandidatePromoted.v1' },
  });
  const { me } = await eve.client.ask<{ me: object }>('{ me { candidateSpace { fullName } } }');
  expect(me).toEqual({ candidateSpace: { fullName: 'Eve Exemple' } });
  expect(await maison.admin.do('createInvitation', { campaign: 'Another' })).toMatchObject({
    invitation: { campaign: 'Another' },
  });

  const ready = await fetch(`${house.server.url}/health/ready`);
  expect(ready.status).toBe(503);
  const { halted } = (await ready.json()) as { halted: readonly object[] };
  expect(halted).toContainEqual({
    name: `candidateSpace_${candidateSpace.version}`,
    position,
    message:
      'The log holds CandidatePromoted.v1, which this program does not know: start a newer one.',
    remedy:
      'Start the version of the program that wrote it, or a newer one: reading goes on at this event.',
  });
  await expect(house.end()).rejects.toThrow('stands still');
});
