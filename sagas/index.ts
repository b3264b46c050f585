import type { Saga } from '@vivier/kernel';
import { replacedDocument } from './replaced-document/replaced-document.ts';

/** Every process that time or an event drives. */
export const sagas: readonly Saga[] = [replacedDocument as unknown as Saga];
