import type { DomainEvent } from '@vivier/kernel';
import type { EventCodec } from '@vivier/kernel/sealing';

/** Who else reads the log: processes of other versions, while a release is being rolled out. */
export interface Readers {
  /**
   * Whether every process that is there reads an event in a version. Once it is true, it stays so, and
   * may be answered without a promise.
   */
  canAllRead(type: string, version: number): boolean | Promise<boolean>;
}

/**
 * Makes what finds, among events that are about to be written, the first one that somebody could not read,
 * as it would be stored: `CandidateRegistered.v2`.
 */
export const unreadFor = (
  readers: Readers,
  codec: Pick<EventCodec, 'reads' | 'wireType'>,
): ((events: readonly DomainEvent[]) => Promise<string | undefined>) => {
  const versions = codec.reads();
  return async (events) => {
    for (const event of events) {
      const can = readers.canAllRead(event.type, versions.get(event.type) ?? 1);
      if (!(can === true || (await can))) return codec.wireType(event);
    }
    return undefined;
  };
};
