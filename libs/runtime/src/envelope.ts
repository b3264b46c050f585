import type {
  Actor,
  CommandId,
  CorrelationId,
  OrganisationId,
  Position,
  Recorded,
} from '@vivier/kernel';
import { derive } from './derive.ts';

/** Who may send a command: see the table of the domain. */
export type Permission =
  'anyone' | 'saga' | { readonly [role: string]: 'own' | 'organisation' | undefined };

/** A command on its way to the one door. */
export interface CommandEnvelope {
  readonly name: string;
  readonly input: unknown;
  readonly organisationId: OrganisationId;
  readonly by: Actor;
  /** The sender's own id for this command; the same id again gives the first outcome again. */
  readonly commandId: CommandId;
  /** For a decision: the revision of the stream that its maker saw. */
  readonly seen?: number | undefined;
  readonly causationId?: string;
  readonly correlationId?: CorrelationId;
}

export interface Done {
  /** The id of the thing that the command was for. */
  readonly key: string;
  /** What this command made, now or the first time; empty where nothing had to change. */
  readonly events: readonly Recorded[];
  /** Where the last event lies; undefined where the command never made one. */
  readonly position: Position | undefined;
  readonly revision: number;
  /** The outcome of an earlier execution of the same command. */
  readonly repeated: boolean;
}

/** What ids derive from: the same command of the same sender, and nothing else, gives the same ones. */
export const sourceOf = (
  envelope: Pick<CommandEnvelope, 'organisationId' | 'by' | 'commandId' | 'name'>,
): string[] => {
  const { organisationId, by, commandId, name } = envelope;
  return [organisationId, by.kind, by.id, by.apart ?? '', commandId, name];
};

/** The id of the thing that a command creates, known before it is sent. */
export const newIdOf = (
  envelope: Pick<CommandEnvelope, 'organisationId' | 'by' | 'commandId' | 'name'>,
): string => derive(...sourceOf(envelope));
