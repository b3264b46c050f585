import type { CandidateState } from '@vivier/domain';
import type { OrganisationId, PersonId } from '@vivier/kernel';
import { choresOf } from './chores.ts';

type Ports = Parameters<typeof choresOf>[0];

const organisationId = 'o' as OrganisationId;
const NOW = Date.parse('2026-03-02T09:00:00.000Z');

const registered = (...files: readonly string[]) =>
  ({ status: 'registered', files }) as unknown as CandidateState;
const absent = { status: 'absent' } as CandidateState;
const erased = { status: 'erased' } as unknown as CandidateState;

/** The chores over stores that tell what is asked of them. */
const choring = (people: Readonly<Record<string, CandidateState>>) => {
  const told: string[] = [];
  const tell =
    (what: string) =>
    async (...[, about, more]: readonly unknown[]) =>
      void told.push([what, about, more].filter(Boolean).join(' '));
  const uploads = Object.keys(people).map((personId) => ({
    organisationId,
    personId: personId as PersonId,
    uploadId: `${personId}-file`,
    begun: personId !== 'unbegun',
  }));
  const ports = {
    forPerson: (_: string, work: () => Promise<unknown>) => work(),
    candidateOf: async (_: OrganisationId, personId: PersonId) => people[personId] ?? absent,
    settleAddress: async (_: OrganisationId, personId: PersonId) => {
      await tell('settle')(organisationId, personId);
      if (personId === 'torn') throw new TypeError('held elsewhere');
    },
    onUnsettled: (error: unknown) => told.push(`unsettled: ${(error as Error).name}`),
    identity: { removeAccountsOf: tell('remove account') },
    vault: {
      destroyScope: tell('destroy'),
      claims: {
        unconfirmed: async (before: number) => {
          const asked = `claims until ${new Date(before).toISOString()}`;
          // It looks again before each one, under that one's own turn.
          if (!told.includes(asked)) told.push(asked);
          return uploads;
        },
        confirm: tell('confirm'),
        release: tell('release'),
      },
    },
    files: {
      sweep: async (now: number, isNamed: (upload: unknown) => Promise<boolean>) => {
        told.push(`sweep at ${new Date(now).toISOString()}`);
        const swept = [];
        for (const upload of uploads) if (!(await isNamed(upload))) swept.push(upload);
        return swept;
      },
    },
  } as unknown as Ports;
  const run = async (name: string) => {
    await choresOf(ports)
      .find((chore) => chore.name === name)
      ?.run(NOW);
    return told;
  };
  return { run };
};

test('A claim of 15 minutes goes with its account where nobody registered, and stays where somebody did', async () => {
  const { run } = choring({ nobody: absent, ada: registered(), gone: erased });
  expect(await run('releaseClaims')).toEqual([
    'claims until 2026-03-02T08:45:00.000Z',
    // The account first: a crash in between finds the claim again.
    'remove account nobody',
    'release nobody',
    'settle ada',
    'confirm gone',
  ]);
});

test('A person whose address cannot be settled keeps nobody else waiting', async () => {
  const { run } = choring({ torn: registered(), nobody: absent });
  expect(await run('releaseClaims')).toEqual([
    'claims until 2026-03-02T08:45:00.000Z',
    'settle torn',
    'unsettled: TypeError',
    'remove account nobody',
    'release nobody',
  ]);
});

test('Of the uploads that are old enough those go, with their keys, which no event names', async () => {
  const { run } = choring({
    nobody: absent,
    ada: registered('ada-file'),
    bob: registered('another-file'),
    gone: erased,
    unbegun: absent,
  });
  expect(await run('sweepUploads')).toEqual([
    'sweep at 2026-03-02T09:00:00.000Z',
    'destroy nobody file-nobody-file',
    'destroy bob file-bob-file',
    'destroy gone file-gone-file',
  ]);
});
