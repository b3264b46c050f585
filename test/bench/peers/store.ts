import { derive } from '@vivier/runtime';

/** Facts of one event, and who caused it: some 600 bytes of JSON, nothing personal, nothing sealed. */
export interface PeerEvent {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The little that every event store does, ours and others. */
export interface PeerStore {
  readonly name: string;
  /** Appends one event durably where so many lie already; rejects where there are more or fewer. */
  append(key: string, there: number, event: PeerEvent): Promise<unknown>;
  /** Data of a stream's events. */
  load(key: string): Promise<readonly PeerEvent['data'][]>;
  /** Hands over every event of the store. */
  replay(take: (key: string, data: PeerEvent['data']) => void): Promise<void>;
  close(): Promise<void>;
}

const uuid = (...parts: readonly (string | number)[]): string =>
  derive('bench-peer', ...parts.map(String));

export const keyOf = (...parts: readonly (string | number)[]): string => uuid('stream', ...parts);

/** The n-th event of a stream. */
export const eventOf = (key: string, n: number): PeerEvent => ({
  data: {
    applicationId: key,
    vacancyId: uuid(key, 'vacancy'),
    candidateId: uuid(key, 'candidate'),
    name: 'Camille Exemple-Martin',
    email: 'camille.exemple.martin@example.org',
    phone: '+33 1 99 00 12 34',
    source: 'campaign',
    stage: `stage-${n % 7}`,
    score: n,
    tags: ['night', 'weekend', 'driving licence'],
    answers: ['From the first of March, full time.', 'Three years in a care home.'],
  },
  metadata: {
    correlationId: uuid(key, 'correlation'),
    actor: 'operator',
    schema: 1,
    at: '2026-01-05T08:00:00.000Z',
  },
});

/** A package that is there only where somebody has installed it by hand. */
export const optional = async <Module>(name: string): Promise<Module | undefined> => {
  try {
    return (await import(name)) as Module;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
};
