import type { CommandId } from '@vivier/kernel';
import { newId } from '@vivier/vault';

/** The caller's own id for a command, or a new one where they left it to us. */
export const commandIdOf = (given: string | null | undefined): CommandId =>
  (given ?? newId()).toLowerCase() as CommandId;
