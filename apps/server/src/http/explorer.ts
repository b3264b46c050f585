import fastifyStatic from '@fastify/static';
import { getDistDirectory, renderAltair } from 'altair-static';
import type { FastifyInstance } from 'fastify';
import { DEMO_PASSWORD } from '../house/demo.ts';

const BASE = '/explorer/';

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

/**
 * A page to try GraphQL in, for a browser that opens `/graphql`. It is part of the program and needs no
 * internet.
 */
export const explorer = async (server: FastifyInstance, isDemo: boolean): Promise<void> => {
  const page = renderAltair({
    baseURL: BASE,
    endpointURL: '/graphql',
    initialQuery: askFirst(isDemo),
    // What is typed here stays here: no account elsewhere, no offers.
    disableAccount: true,
    persistedSettings: { 'banners.disable': true },
  });
  await server.register(fastifyStatic, { root: getDistDirectory(), prefix: BASE, index: false });
  server.addHook('onRequest', async (request, reply) => {
    if (
      request.method === 'GET' &&
      request.url.split('?')[0] === '/graphql' &&
      request.headers.accept?.includes('text/html')
    )
      return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(page);
    return undefined;
  });
};
