// The stand-in for Nest + Apollo + Express: Apollo Server 5 on Fastify, rows in memory, nothing else.
import { ApolloServer } from '@apollo/server';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import { fastify } from 'fastify';

const typeDefs = `
  type Row {
    applicationId: ID! campaign: String! state: String! revision: Int!
    startedAt: String! changedAt: String! fullName: String email: String
  }
  type Query { rows: [Row!]! }
`;

const rows = Array.from({ length: 20 }, (_, index) => ({
  applicationId: `0d0551e4-0000-4000-8000-${String(index).padStart(12, '0')}`,
  campaign: 'Home care 2027',
  state: 'returned',
  revision: 9,
  startedAt: '2026-01-05T08:00:00.000Z',
  changedAt: '2026-01-06T08:00:00.000Z',
  fullName: `Camille Exemple ${index}`,
  email: `camille.exemple.${index}@example.org`,
}));

const server = fastify();
const apollo = new ApolloServer({
  typeDefs,
  resolvers: { Query: { rows: () => rows } },
  plugins: [fastifyApolloDrainPlugin(server)],
});
await apollo.start();
await server.register(fastifyApollo(apollo));
server.get('/ready', () => ({}));
await server.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' });
