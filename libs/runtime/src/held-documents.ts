import type { Document, OrganisationId, Position } from '@vivier/kernel';

/** A document that a projection works on. */
export interface Held {
  readonly organisationId: OrganisationId;
  readonly id: string;
  /** Without the position, which stands beside. */
  document: Document | undefined;
  /** Of the last event applied to it. */
  position: Position | undefined;
}

/** Documents by organisation and id. */
export class HeldDocuments {
  readonly #organisations = new Map<OrganisationId, Map<string, Held>>();
  size = 0;

  get(organisationId: OrganisationId, id: string): Held | undefined {
    return this.#organisations.get(organisationId)?.get(id);
  }

  of(organisationId: OrganisationId): Iterable<Held> {
    return this.#organisations.get(organisationId)?.values() ?? [];
  }

  add(held: Held): void {
    let theirs = this.#organisations.get(held.organisationId);
    if (!theirs) {
      theirs = new Map();
      this.#organisations.set(held.organisationId, theirs);
    }
    theirs.set(held.id, held);
    this.size += 1;
  }

  delete({ organisationId, id }: Held): void {
    if (this.#organisations.get(organisationId)?.delete(id)) this.size -= 1;
  }
}
