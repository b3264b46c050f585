import type { FastifyInstance } from 'fastify';
import { followersOf } from '../house/followers-of.ts';
import type { House } from '../house/house.ts';
import type { TakingIn } from './taking-in.ts';

/** The dead are counted up to here. */
const MOST_COUNTED = 1_000;

/**
 * `/health/live`: the process answers. `/health/ready`: it can be used; otherwise 503 with what stands
 * still and where, or what is being built. What was given up is told as information.
 */
export const health = (server: FastifyInstance, house: House, takesIn: TakingIn): void => {
  const { projector, sagas, outbox } = house;
  server.get('/health/live', () => ({ status: 'live' }));
  server.get('/health/ready', async (_, reply) => {
    if (takesIn.isStopping) return reply.code(503).send({ status: 'stopping' });
    const halted = followersOf(house).flatMap(([name, { halt }]) =>
      halt ? [{ name, ...halt }] : [],
    );
    if (halted.length > 0) return reply.code(503).send({ status: 'halted', halted });
    // A raised version of a projection answers nothing until it has caught up.
    const building = projector.building();
    if (building.length > 0) return reply.code(503).send({ status: 'building', building });
    // These hold nobody else up, and somebody should look at them (`vivier outbox list`).
    const { length: dead } = await outbox.dead(MOST_COUNTED);
    return { status: 'ready', outbox: { dead }, agenda: { failing: sagas.failing } };
  });
};
