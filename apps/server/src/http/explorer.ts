import fastifyStatic from '@fastify/static';
import { getDistDirectory, renderAltair } from 'altair-static';
import type { FastifyInstance } from 'fastify';

const BASE = '/explorer/';

const firstQuery = `# Sign in first, then set the header  Authorization: Bearer <accessToken>
mutation SignIn {
  signIn(input: { organisation: "demo", email: "operator@demo.example", password: "vivier-demo-only" }) {
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
export const explorer = async (server: FastifyInstance): Promise<void> => {
  const page = renderAltair({ baseURL: BASE, endpointURL: '/graphql', initialQuery: firstQuery });
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
