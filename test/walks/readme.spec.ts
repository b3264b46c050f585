import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { silentLog, type Server } from '@vivier/server';
import { endServersOf, onServers } from '../support/ground.ts';
import { started } from '../support/started.ts';

const root = join(import.meta.dirname, '..', '..');

/** The blocks that a newcomer pastes, in their order. */
const blocksOf = (readme: string): string[] => {
  const [, tour = ''] = readme.split('## The five-minute tour');
  const [chapter = ''] = tour.split('\n## ');
  return [...chapter.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
};

/** One shell that lives through all blocks, as a terminal does. */
const openShell = (url: string, folder: string) => {
  const shell = spawn('bash', ['--noprofile', '--norc'], {
    cwd: root,
    env: { ...process.env, VIVIER: url, VIVIER_DATA: folder },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // `npm run vivier --` builds the program first: here its sources do.
  shell.stdin.write(
    `npm() { shift 3; "${process.execPath}" --conditions=@vivier/source --import ./tools/swc-hook.mjs apps/cli/src/main.ts "$@"; }\n`,
  );
  let output = '';
  let finished: (() => void) | undefined;
  for (const stream of [shell.stdout, shell.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      if (line === '--block done--') finished?.();
      else output += `${line}\n`;
    });
  return {
    run: async (block: string): Promise<string> => {
      output = '';
      const done = new Promise<void>((resolve) => {
        finished = resolve;
      });
      shell.stdin.write(`${block}\necho '--block done--'\n`);
      await done;
      return output;
    },
    close: () => shell.stdin.end('exit\n'),
  };
};

describe('the tour of the README', () => {
  let folder: string;
  let server: Server;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vivier-readme-'));
    server = await started({
      host: '127.0.0.1',
      port: 0,
      dataFolder: folder,
      publicUrl: '',
      log: silentLog,
      demo: true,
    });
  });

  afterAll(async () => {
    await server.stop();
    await endServersOf(folder);
    await rm(folder, { recursive: true });
  });

  test('does what it says when its commands are pasted one block after another', async () => {
    const all = blocksOf(await readFile(join(root, 'README.md'), 'utf8'));
    expect(all).toHaveLength(12);
    // The time of a demo is moved on its own folder alone: on servers the tour ends before.
    const blocks = onServers ? all.slice(0, 8) : all;
    const shell = openShell(server.url, folder);
    const outputs: string[] = [];
    for (const block of blocks) {
      outputs.push(await shell.run(block));
      // A person takes longer between two blocks than a saga does to follow.
      await server.house.settled();
    }
    shell.close();
    const said = outputs.join('\n');

    expect(said).not.toMatch(/"code":|not found|Error/);
    expect(said).toContain('"name": "Maison Exemple"');
    expect(said).toContain('"mediaType": "application/pdf"');
    expect(said).toContain('"reason": "The second page is missing."');
    const entries = (
      JSON.parse(outputs[7] ?? '') as {
        documentAuditTrail: { edges: { node: Record<string, unknown> }[] };
      }
    ).documentAuditTrail.edges.map(({ node }) => node);
    expect(
      entries.map(({ event, by, version, from, to, reason, comment }) => [
        event,
        (by as { name: string | null }).name,
        version,
        from,
        to,
        reason ?? comment,
      ]),
    ).toEqual([
      ['DocumentAdded', 'Ada Gardener', 1, null, null, null],
      ['DocumentSelected', 'Ada Gardener', 1, 'missing', 'submitted', null],
      ['DocumentRefused', 'Olu Demo', 1, 'submitted', 'refused', 'The second page is missing.'],
      ['DocumentReplaced', 'Ada Gardener', 2, null, null, null],
      ['DocumentRepinned', null, 2, 'refused', 'refused', null],
      ['DocumentVerdictReset', null, 2, 'refused', 'submitted', null],
      ['DocumentAccepted', 'Olu Demo', 2, 'submitted', 'valid', null],
      ['DocumentCommented', 'Olu Demo', 2, null, null, 'Checked against the register.'],
      ['DocumentRefused', 'Olu Demo', 2, 'valid', 'refused', 'The stamp cannot be read.'],
      ['DocumentAccepted', 'Olu Demo', 2, 'refused', 'valid', null],
    ]);
    if (onServers) return;
    const [begun = '', warned = '', gone = ''] = outputs.slice(9);
    expect(begun).toContain('"daysLeft": 30');
    expect(warned).toContain('"warned": true');
    expect(warned).toContain('"kind": "incompleteReminder"');
    expect(gone).toContain('"state": "erased"');
    expect(gone).toContain('"fullName": null');
    expect([...gone.matchAll(/"event": "(\w+)"/g)].map(([, event]) => event)).toEqual([
      ...['DeletionWarned', 'SubjectErased', 'KeysDestroyed', 'CopiesCleaned'],
    ]);
  }, 240_000);
});
