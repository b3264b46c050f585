import type { FastifyInstance } from 'fastify';
import type { ProcessRole } from '../config.ts';
import { edgeRejections } from '../graphql/rejections.ts';
import { sendRefusal } from './taking-in.ts';

/** A process whose role is another tells its health, and nothing else over HTTP. */
export const onlyRoles = (server: FastifyInstance, roles: readonly ProcessRole[]): void => {
  if (roles.includes('api')) return;
  server.addHook('onRequest', async (request, reply) =>
    request.url.startsWith('/health/')
      ? undefined
      : sendRefusal(request, reply, 404, edgeRejections.NotServedHere()),
  );
};
