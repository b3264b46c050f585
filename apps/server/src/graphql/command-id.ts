import { randomUUID } from 'node:crypto';
import type { CommandId } from '@vivier/kernel';

/** The caller's own id for a command, or a new one where they left it to us. */
export const commandIdOf = (given: string | null | undefined): CommandId =>
  (given ?? randomUUID()).toLowerCase() as CommandId;
