import type { FastifyInstance } from 'fastify';
import type { House } from '../house/house.ts';

/**
 * `/health/live`: the process answers. `/health/ready`: it can be used; otherwise 503 with what stands
 * still and where.
 */
export const health = (server: FastifyInstance, { projector, sagas, directory }: House): void => {
  server.get('/health/live', () => ({ status: 'live' }));
  server.get('/health/ready', async (_, reply) => {
    const followers = [
      ...projector.progress,
      ...sagas.progress,
      ['directory', directory.progress] as const,
    ];
    const halted = followers.flatMap(([name, { halt }]) => (halt ? [{ name, ...halt }] : []));
    return halted.length > 0
      ? reply.code(503).send({ status: 'halted', halted })
      : { status: 'ready' };
  });
};
