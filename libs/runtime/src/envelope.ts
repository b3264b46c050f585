import type {
  Actor,
  Clock,
  CommandContext,
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

/** What a rule may know besides input and state; made only as far as a rule asks for it. */
export class ContextOf implements CommandContext {
  readonly by: Actor;
  readonly organisationId: OrganisationId;
  readonly derive = derive;
  readonly #envelope: CommandEnvelope;
  readonly #clock: Clock;
  #at: string | undefined;
  #newId: string | undefined;
  /** The facts of others that a rule has asked for. */
  evidence: Readonly<Record<string, unknown>> = {};

  constructor(envelope: CommandEnvelope, clock: Clock) {
    this.by = envelope.by;
    this.organisationId = envelope.organisationId;
    this.#envelope = envelope;
    this.#clock = clock;
  }

  /** When this was first asked for; the same from then on. */
  get at(): string {
    return (this.#at ??= new Date(this.#clock.now()).toISOString());
  }

  get newId(): string {
    return (this.#newId ??= newIdOf(this.#envelope));
  }
}
