import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderOwned } from '@vivier/work-state';
import { staffed } from '../support/people.ts';
import { running } from '../support/running.ts';
import { runToEnd } from '../support/child.ts';

test('A second server on the same folder says who holds it, touches nothing, and starts once it is free', async () => {
  const first = await running();
  const maison = await staffed(first);
  const { folder } = first;

  await expect(running({ folder })).rejects.toBeInstanceOf(FolderOwned);
  const { code, output } = await runToEnd(new URL('./second-server.child.ts', import.meta.url), [
    folder,
  ]);
  expect([code, output]).toEqual([
    3,
    expect.stringMatching(
      /FolderOwned: vivier serve \(process \d+, since .*\) holds the folder .*: stop it first, or set VIVIER_DATA to another folder\./,
    ),
  ]);

  await maison.admin.do('createInvitation', { campaign: 'Still here' });
  const second = await first.again();
  expect(await second.anybody.ask('{ __typename }')).toEqual({ __typename: 'Query' });
  await second.end();
});

test('Only its owner may look into the folder', async () => {
  const house = await running({ demo: true });
  const modes: Record<string, string> = {};
  for (const name of ['', 'master-keys.json', 'issuer-key.json', 'owner.json', 'vivier.sock'])
    modes[name] = ((await stat(join(house.folder, name))).mode & 0o777).toString(8);
  expect(modes).toEqual({
    '': '700',
    'master-keys.json': '600',
    'issuer-key.json': '600',
    'owner.json': '600',
    'vivier.sock': '600',
  });
  await house.end();
});
