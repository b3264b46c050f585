import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderOwned, type FolderOwner } from '../port.ts';
import { ownFolder } from './own-folder.ts';
import { runProgram, type RunningProgram } from './program.contract.ts';

const about = { command: 'vivier serve' };

describe('the owner of a folder', () => {
  let parent: string;
  let folder: string;
  let running: RunningProgram | undefined;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'vivier-owner-'));
    folder = join(parent, 'data', 'vivier');
  });
  afterEach(async () => {
    running?.kill();
    await running?.gone;
    running = undefined;
    await rm(parent, { recursive: true });
  });

  const note = async () =>
    JSON.parse(await readFile(join(folder, 'owner.json'), 'utf8')) as FolderOwner;

  const refusal = async (): Promise<FolderOwned> => {
    const outcome = await ownFolder({ folder, about }).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(FolderOwned);
    return outcome as FolderOwned;
  };

  /** Another process that tries to own the folder, lets go of what it got, says how that went, and stays. */
  const another = async (): Promise<string> => {
    running = runProgram(`
      import { ownFolder } from '@vivier/work-state';
      const options = { folder: ${JSON.stringify(folder)}, about: { command: 'vivier rebuild' } };
      try {
        await ownFolder(options);
        gc();
        await new Promise(setImmediate);
        gc();
        console.log('owned');
      } catch (error) {
        console.log(error.name + ': ' + error.message);
      }
      process.stdin.resume();`);
    for await (const line of running.lines) return line;
    throw new Error('The other process said nothing.');
  };

  test('makes it for itself alone and says who it is', async () => {
    const hold = await ownFolder({ folder, about });
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'owner.json'))).mode & 0o777).toBe(0o600);
    const { pid, command, since } = await note();
    expect({ pid, command }).toEqual({ pid: process.pid, command: 'vivier serve' });
    expect(new Date(since).toISOString()).toBe(since);
    await hold.release();
    expect(await readdir(folder)).not.toContain('owner.json');
  });

  test('is told to another process, with what to do about it', async () => {
    const hold = await ownFolder({ folder, about });
    const { since } = await note();
    expect(await another()).toBe(
      `FolderOwned: vivier serve (process ${process.pid}, since ${since}) holds the folder ${folder}: ` +
        'stop it first, or set VIVIER_DATA to another folder.',
    );
    expect((await note()).pid).toBe(process.pid);
    await hold.release();
  });

  test('stays the owner though the same process tries again', async () => {
    const hold = await ownFolder({ folder, about });
    expect((await refusal()).owner?.pid).toBe(process.pid);
    expect(await another()).toContain('FolderOwned');
    await hold.release();
  });

  test('gives it back once, to whoever comes next', async () => {
    const first = await ownFolder({ folder, about });
    await first.release();
    const second = await ownFolder({ folder, about: { command: 'vivier export' } });
    await first.release();
    expect((await note()).command).toBe('vivier export');
    expect((await refusal()).owner?.command).toBe('vivier export');
    await second.release();
  });

  test('loses it by being killed, though its note is still there', async () => {
    expect(await another()).toBe('owned');
    const { owner } = await refusal();
    expect(owner).toMatchObject({ pid: running?.pid, command: 'vivier rebuild' });
    running?.kill();
    await running?.gone;
    expect((await note()).pid).toBe(running?.pid);
    const hold = await ownFolder({ folder, about });
    expect((await note()).pid).toBe(process.pid);
    await hold.release();
  });

  test('is another process where the note cannot be read', async () => {
    const hold = await ownFolder({ folder, about });
    await writeFile(join(folder, 'owner.json'), '{"pid":');
    const { owner, message } = await refusal();
    expect(owner).toBeUndefined();
    expect(message).toBe(
      `another process holds the folder ${folder}: stop it first, or set VIVIER_DATA to another folder.`,
    );
    await hold.release();
  });
});
