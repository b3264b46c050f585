import { hash } from 'node:crypto';
import type { CommandId, EventId } from '@vivier/kernel';

/** The two bits that say so in a UUID, before the next two. */
const VARIANT = '89ab';

/**
 * A UUID (version 8, RFC 9562) that follows from its parts: repeated work finds what it made before.
 *
 * @param parts any strings; their borders count, `('a', 'b')` and `('ab')` differ
 */
export const derive = (...parts: string[]): string => {
  const digest = hash('sha256', JSON.stringify(parts), 'hex');
  const variant = VARIANT[parseInt(digest.charAt(16), 16) & 0x3] as string;
  return (
    `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-` +
    `${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`
  );
};

export const deriveEventId = (...parts: string[]): EventId => derive('event', ...parts) as EventId;

export const deriveCommandId = (...parts: string[]): CommandId =>
  derive('command', ...parts) as CommandId;
