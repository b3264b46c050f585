import { Inject } from '@nestjs/common';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import {
  application,
  candidateRejections,
  isShownToReviewers,
  type ApplicationState,
  type CandidateId,
  type DocumentId,
  type Dossier,
} from '@vivier/domain';
import { MAX_FILE_BYTES, type FileId } from '@vivier/files';
import type { Position } from '@vivier/kernel';
import { candidateSpace } from '@vivier/projections';
import { commandRejections, newIdOf } from '@vivier/runtime';
import { depositDocument } from '../../house/deposits.ts';
import type { House } from '../../house/house.ts';
import { dossiersOfPerson } from '../../house/own-dossiers.ts';
import { Bus, HOUSE } from '../bus.ts';
import { SignedIn, type Caller } from '../caller.ts';
import { commandIdOf } from '../command-id.ts';
import {
  AddDocumentInput,
  ReplaceDocumentInput,
  RequestDownloadInput,
  RequestUploadInput,
} from '../inputs.ts';
import { RemoveDocumentInput, RenameDocumentInput } from '../inputs-dossier.ts';
import { presentDocument } from '../present.ts';
import { PUBLIC_URL } from '../public-url.ts';
import { acceptedOf, Refused } from '../refused.ts';
import { isRestricted } from '../restricted.ts';
import {
  DocumentPayload,
  RemoveDocumentPayload,
  RequestDownloadPayload,
  RequestUploadPayload,
} from '../types/payloads.ts';

const SENT: readonly Dossier['status'][] = ['submitted', 'accepted', 'rejectedFinally'];

/** Whether a dossier that the organisation decides, or has decided, about holds a document. */
const holdsSent =
  (documentId: string) =>
  ({ status, pins }: Dossier): boolean =>
    SENT.includes(status) && pins.some((pin) => pin.documentId === documentId);

@Resolver()
export class DocumentResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    @Inject(PUBLIC_URL) private readonly publicUrl: () => string,
    private readonly bus: Bus,
  ) {}

  @Mutation(() => RequestUploadPayload, {
    description: 'Hands out an address; PUT one file there within ten minutes.',
  })
  async requestUpload(
    @SignedIn() caller: Caller,
    @Args('input') input: RequestUploadInput,
  ): Promise<RequestUploadPayload> {
    const { organisationId, personId, accountId, actor: by } = caller;
    const commandId = commandIdOf(input.commandId);
    const uploadId = newIdOf({ organisationId, by, commandId, name: 'RequestUpload' }) as FileId;
    const answer = await this.house.files.requestUpload({
      organisationId,
      personId,
      accountId: accountId,
      uploadId,
    });
    const open = answer.state === 'open' ? answer : undefined;
    return {
      uploadId,
      url: open ? `${this.publicUrl()}/uploads/${open.token}` : null,
      expiresAt: open ? new Date(open.expiresAt).toISOString() : null,
      maximumBytes: MAX_FILE_BYTES,
    };
  }

  @Mutation(() => DocumentPayload, { description: 'Makes a finished upload a document.' })
  addDocument(
    @SignedIn() caller: Caller,
    @Args('input') input: AddDocumentInput,
  ): Promise<DocumentPayload> {
    return this.#deposit(caller, input);
  }

  @Mutation(() => DocumentPayload, {
    description: 'A new version; in open applications its verdict is reset.',
  })
  replaceDocument(
    @SignedIn() caller: Caller,
    @Args('input') input: ReplaceDocumentInput,
  ): Promise<DocumentPayload> {
    return this.#deposit(caller, input, input.documentId);
  }

  @Mutation(() => DocumentPayload, { description: 'Its newest version gets another name.' })
  async renameDocument(
    @SignedIn() caller: Caller,
    @Args('input') { documentId, fileName, commandId: id }: RenameDocumentInput,
  ): Promise<DocumentPayload> {
    const { organisationId, actor: by } = caller;
    const commandId = commandIdOf(id);
    const input = { documentId: documentId as DocumentId, fileName };
    const sent = { name: 'RenameDocument', input, organisationId, by, commandId } as const;
    const { position } = await this.bus.send(sent);
    return this.#payload(caller, documentId, { position, commandId });
  }

  @Mutation(() => RemoveDocumentPayload, {
    description: 'From the vault and from what is not sent yet; its files are destroyed.',
  })
  async removeDocument(
    @SignedIn() caller: Caller,
    @Args('input') { documentId, commandId: id }: RemoveDocumentInput,
  ): Promise<RemoveDocumentPayload> {
    const { organisationId, personId, actor: by } = caller;
    const commandId = commandIdOf(id);
    const input = { documentId: documentId as DocumentId };
    const sent = { name: 'RemoveDocument', input, organisationId, by, commandId } as const;
    // In turn with what they send: a submission would hold what is destroyed at the same moment.
    const { position } = await this.house.forPerson(personId, async () => {
      const dossiers = await dossiersOfPerson(this.house, organisationId, personId);
      // What was sent is reviewed as it was sent: a removal would leave a hole in it.
      if (dossiers.some(holdsSent(documentId)))
        throw new Refused(candidateRejections.DocumentInUse());
      return this.bus.send(sent);
    });
    return { documentId, position: position ?? null, commandId };
  }

  @Mutation(() => RequestDownloadPayload, {
    description: 'For the owner, and for reviewers of an application that holds the document.',
  })
  async requestDownload(
    @SignedIn() caller: Caller,
    @Args('input') { documentId, version, applicationId }: RequestDownloadInput,
  ): Promise<RequestDownloadPayload> {
    const { organisationId } = caller;
    const ownerId = await this.#ownerSeenBy(caller, documentId, version, applicationId);
    const space = ownerId && (await this.bus.findOne(organisationId, candidateSpace, ownerId));
    if (space && caller.relation !== 'own' && isRestricted(space))
      throw new Refused(candidateRejections.DocumentUnknown());
    const found = space
      ? space.documents
          .find((document) => document.documentId === documentId)
          ?.versions.find((candidate) => candidate.version === version)
      : undefined;
    if (!ownerId || !found) throw new Refused(candidateRejections.DocumentUnknown());
    const { token, expiresAt } = await this.house.files.requestDownload({
      organisationId,
      personId: ownerId,
      fileId: found.fileId,
    });
    return {
      url: `${this.publicUrl()}/downloads/${token}`,
      expiresAt: new Date(expiresAt).toISOString(),
    };
  }

  /** Whose document it is, if the caller may read it: one's own, or one in a dossier under review. */
  async #ownerSeenBy(
    { organisationId, relation, personId }: Caller,
    documentId: string,
    version: number,
    applicationId: string | null | undefined,
  ): Promise<CandidateId | undefined> {
    if (relation === 'own') return personId;
    if (!applicationId)
      throw new Refused(
        commandRejections.InvalidInput({ fields: { applicationId: 'must be given by reviewers' } }),
      );
    const { events, state } = await this.house.load(organisationId, application, applicationId);
    const held = state as ApplicationState;
    if (held.status === 'absent' || held.status === 'forgotten' || held.restricted)
      return undefined;
    return isShownToReviewers(events, documentId, version) ? held.candidateId : undefined;
  }

  async #deposit(
    caller: Caller,
    { uploadId, fileName, commandId: given }: AddDocumentInput,
    documentId?: string,
  ): Promise<DocumentPayload> {
    const { organisationId, personId, actor } = caller;
    const commandId = commandIdOf(given);
    const { events, position } = acceptedOf(
      await depositDocument(
        this.house,
        {
          organisationId,
          by: { ...actor, personId },
          commandId,
          uploadId,
          fileName,
          ...(documentId !== undefined && { documentId }),
        },
        (envelope) => this.bus.try(envelope),
      ),
    );
    const [deposited] = events;
    const made = (deposited?.data as { readonly documentId: string }).documentId;
    return this.#payload(caller, made, { position, commandId });
  }

  async #payload(
    caller: Caller,
    documentId: string,
    {
      position,
      commandId,
    }: { readonly position: Position | undefined; readonly commandId: string },
  ): Promise<DocumentPayload> {
    const { organisationId, personId } = caller;
    const space = await this.bus.afterwards(organisationId, candidateSpace, personId, position);
    const document = space?.documents.find((one) => one.documentId === documentId);
    return {
      documentId,
      document: document ? presentDocument(document, personId, caller) : null,
      position: position ?? null,
      commandId,
    };
  }
}
