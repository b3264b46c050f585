import type { Client } from './client.ts';
import { dossierFields, synthesisFields, type Dossier, type Synthesis } from './operations.ts';

export interface TrailEntry {
  readonly eventId: string;
  readonly event: string;
  readonly at: string;
  readonly by: {
    readonly kind: string;
    readonly id: string;
    readonly role: string;
    readonly name: string | null;
  };
  readonly applicationId: string | null;
  readonly item: string | null;
  readonly version: number;
  readonly contentHash: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
  readonly comment: string | null;
  readonly command: string;
  readonly commandId: string;
  readonly causationId: string;
  readonly position: string;
}

export const dossierOf = async (reader: Client, applicationId: string): Promise<Dossier> =>
  (
    await reader.ask<{ dossier: Dossier }>(
      `query Read($applicationId: ID!) { dossier(applicationId: $applicationId) { ${dossierFields} } }`,
      { applicationId },
    )
  ).dossier;

export const synthesisOf = async (reader: Client, applicationId: string): Promise<Synthesis> =>
  (
    await reader.ask<{ reviewSynthesis: Synthesis }>(
      `query Read($applicationId: ID!) { reviewSynthesis(applicationId: $applicationId) { ${synthesisFields} } }`,
      { applicationId },
    )
  ).reviewSynthesis;

export const trailQuery = `query Trail($documentId: ID!, $first: Int, $after: String) {
  documentAuditTrail(documentId: $documentId, first: $first, after: $after) {
    edges { cursor node {
      eventId event at by { kind id role name } applicationId item version contentHash
      from to reason comment command commandId causationId position
    } }
    pageInfo { hasNextPage endCursor }
  } }`;

export interface TrailPage {
  readonly documentAuditTrail: {
    readonly edges: readonly { readonly cursor: string; readonly node: TrailEntry }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** All that happened to a document (the first hundred things), the oldest first. */
export const trailOf = async (
  reader: Client,
  documentId: string,
): Promise<readonly TrailEntry[]> => {
  const page = await reader.ask<TrailPage>(trailQuery, { documentId, first: 100 });
  return page.documentAuditTrail.edges.map(({ node }) => node);
};
