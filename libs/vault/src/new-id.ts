import { randomUUID } from 'node:crypto';

/** A random UUID, for what nothing derives: the edge makes it once and hands it on. */
export const newId = (): string => randomUUID();
