import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ProcessRole } from '@vivier/server';
import { child, runToEnd } from './child.ts';
import { endServersOf, newServersOf, type Servers } from './ground.ts';

const vivier = new URL('../../apps/cli/src/main.ts', import.meta.url);

/** One process of the program. */
export interface Program {
  readonly url: string;
  /** Resolves when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Stops it where it is, as a machine does that is out of breath, until it is woken. */
  pause(): void;
  wake(): void;
  /** What it has written to its log so far. */
  logged(): string;
}

/** An installation on servers, which belong to the test: programs are started on it as an operator would. */
export interface Installation {
  readonly folder: string;
  serve(...roles: readonly ProcessRole[]): Promise<Program>;
  /** Runs `vivier` and gives what it wrote; throws where it ends with another code than 0. */
  vivier(args: readonly string[], input?: string): Promise<string>;
  /** Kills what runs, and removes what was made for it. */
  end(): Promise<void>;
}

/** Makes one, with nothing in it. */
export const installation = async (): Promise<Installation> => {
  const folder = await mkdtemp(join(tmpdir(), 'vivier-servers-'));
  const made = await installationOn({ folder, ...(await newServersOf(folder)) });
  return {
    ...made,
    end: async () => {
      await made.end();
      await endServersOf(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** One on servers that the test looks after itself; its keys lie in the folder. */
export const installationOn = async ({
  folder,
  eventStoreUrl,
  mongoUrl,
  program: started = vivier,
}: Servers & {
  readonly folder: string;
  /** Another version of the program; default: this one. */
  readonly program?: URL;
}): Promise<Installation> => {
  const settings = {
    EVENTSTORE_URL: eventStoreUrl,
    MONGODB_URL: mongoUrl,
    VIVIER_DATA: join(folder, 'keys'),
    HOST: '127.0.0.1',
    PORT: '0',
    RATE_LIMIT: '0',
  };
  const running = new Set<Program>();
  return {
    folder,
    serve: async (...roles) => {
      const process = child(started, ['serve'], { ...settings, VIVIER_ROLES: roles.join(',') });
      let log = '';
      process.stderr.on('data', (piece: Buffer) => (log += piece.toString('utf8')));
      const gone = once(process, 'close');
      const url = await new Promise<string>((resolve, reject) => {
        createInterface(process.stdout).on('line', (line) => {
          const [, found] = /runs.* at (http:\/\/[\d.:]+)/.exec(line) ?? [];
          if (found !== undefined) resolve(found);
        });
        gone.then(
          () => {
            reject(new Error(`It did not start: ${log}`));
          },
          () => undefined,
        );
      });
      const program: Program = {
        url,
        logged: () => log,
        pause: () => process.kill('SIGSTOP'),
        wake: () => process.kill('SIGCONT'),
        kill: async (signal = 'SIGTERM') => {
          running.delete(program);
          process.kill(signal);
          await gone;
        },
      };
      running.add(program);
      return program;
    },
    vivier: async (args, input) => {
      const { code, output } = await runToEnd(started, args, {
        env: settings,
        ...(input !== undefined && { input }),
      });
      if (code !== 0) throw new Error(`vivier ${args[0]} ended with ${code}: ${output}`);
      return output;
    },
    end: async () => {
      for (const program of running) await program.kill('SIGKILL');
    },
  };
};

/** Resolves once a program says that it is ready. */
export const ready = async ({ url }: Pick<Program, 'url'>): Promise<void> => {
  for (;;) {
    const { status } = await fetch(`${url}/health/ready`);
    if (status === 200) return;
  }
};
