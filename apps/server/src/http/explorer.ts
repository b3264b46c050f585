import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { DEMO_PASSWORD } from '../house/demo.ts';

const BASE = '/explorer/';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/vnd.microsoft.icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

const askFirst = (
  isDemo: boolean,
): string => `# Sign in first, then set the header  Authorization: Bearer <accessToken>
mutation SignIn {
  signIn(
    input: {
      organisation: "${isDemo ? 'demo' : ''}"
      email: "${isDemo ? 'operator@demo.example' : ''}"
      password: "${isDemo ? DEMO_PASSWORD : ''}"
    }
  ) {
    accessToken
  }
}

query Dossiers {
  dossiers { edges { node { applicationId state candidate { fullName } } } }
}
`;

interface Explorer {
  readonly page: string;
  /** Where each file lies, by what a browser asks for: no other path leads anywhere. */
  readonly files: ReadonlyMap<string, string>;
}

/** It is large, and a start does not need it. */
const load = async (isDemo: boolean): Promise<Explorer> => {
  const { getDistDirectory, renderAltair } = await import('altair-static');
  const page = renderAltair({
    baseURL: BASE,
    endpointURL: '/graphql',
    initialQuery: askFirst(isDemo),
    // What is typed here stays here: no account elsewhere, no offers.
    disableAccount: true,
    persistedSettings: { 'banners.disable': true },
  });
  const folder = getDistDirectory();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return {
    page,
    files: new Map(files.map((file) => [relative(folder, file).split(sep).join('/'), file])),
  };
};

/**
 * A page to try GraphQL in, for a browser that opens `/graphql`. It is part of the program and needs no
 * internet. It is loaded when somebody opens it.
 */
export const explorer = (server: FastifyInstance, isDemo: boolean): void => {
  let loading: Promise<Explorer> | undefined;
  const loaded = (): Promise<Explorer> => (loading ??= load(isDemo));

  server.get<{ Params: { '*': string } }>(`${BASE}*`, async (request, reply) => {
    const file = (await loaded()).files.get(request.params['*']);
    if (file === undefined) return reply.callNotFound();
    return reply
      .type(types[extname(file)] ?? 'application/octet-stream')
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'public, max-age=300')
      .send(createReadStream(file));
  });
  server.addHook('onRequest', async (request, reply) => {
    if (
      request.method === 'GET' &&
      request.url.split('?')[0] === '/graphql' &&
      request.headers.accept?.includes('text/html')
    )
      return reply
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send((await loaded()).page);
    return undefined;
  });
};
