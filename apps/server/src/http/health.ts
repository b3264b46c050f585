import type { FastifyInstance } from 'fastify';
import { followersOf } from '../house/followers-of.ts';
import type { House } from '../house/house.ts';
import type { TakingIn } from './taking-in.ts';

/** The dead are counted up to here. */
const MOST_COUNTED = 1_000;

/** How long a server that the data lies on may take to answer, in ms. */
const PATIENCE_MS = 2_000;

/** What was asked, or undefined where it fails or takes too long. */
const inTime = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, undefined);
  });
  try {
    return await Promise.race([asked.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
};

/** One of several processes keeps the read models up with the log. */
const standing = ({ projecting }: House): 'active' | 'standing by' =>
  [...projecting()].length > 0 ? 'active' : 'standing by';

/**
 * `/health/live`: the process answers. `/health/ready`: it can be used; otherwise 503 with what stands
 * still and where, what is being built, or which store does not answer. What was given up is told as
 * information.
 */
export const health = (server: FastifyInstance, house: House, takesIn: TakingIn): void => {
  const { projector, sagas, outbox, store, roles, isShared } = house;
  server.get('/health/live', () => ({ status: 'live' }));
  server.get('/health/ready', async (_, reply) => {
    if (takesIn.isStopping) return reply.code(503).send({ status: 'stopping' });
    const halted = followersOf(house).flatMap(([name, { halt }]) =>
      halt ? [{ name, ...halt }] : [],
    );
    if (halted.length > 0) return reply.code(503).send({ status: 'halted', halted });
    const [head, dead] = await Promise.all([
      inTime(store.head()),
      // These hold nobody else up, and somebody should look at them (`vivier outbox list`).
      inTime(outbox.dead(MOST_COUNTED)),
    ]);
    const unavailable = [
      ...(head === undefined ? ['event store'] : []),
      ...(dead === undefined ? ['database'] : []),
    ];
    if (dead === undefined || unavailable.length > 0)
      return reply.code(503).send({ status: 'unavailable', unavailable });
    // A raised version of a projection answers nothing until it has caught up.
    const building = projector.building();
    // Whoever builds it is ready to do so.
    if (building.length > 0 && (!isShared || roles.includes('api')))
      return reply.code(503).send({ status: 'building', building });
    return {
      status: 'ready',
      ...(isShared && { roles }),
      ...(isShared && roles.includes('projector') && { projector: standing(house) }),
      outbox: { dead: dead.length },
      agenda: { failing: sagas.failing },
    };
  });
};
