import type { Type } from '@nestjs/common';
import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { CandidateSpaceType, ConsentType, DocumentType } from './candidate.ts';
import { Changed } from './changed.ts';
import { DossierType } from './dossier.ts';
import { ReviewSynthesisType } from './review.ts';

@ObjectType('Organisation')
export class OrganisationType {
  @Field(() => ID)
  organisationId!: string;

  @Field(() => String, { description: 'What signing in names.' })
  slug!: string;

  @Field(() => String)
  name!: string;
}

@ObjectType('Viewer', { description: 'Who is signed in.' })
export class ViewerType {
  @Field(() => ID)
  accountId!: string;

  @Field(() => String)
  role!: string;

  @Field(() => String, { nullable: true })
  name!: string | null;

  @Field(() => OrganisationType)
  organisation!: OrganisationType;

  @Field(() => CandidateSpaceType, { nullable: true, description: 'Of a candidate.' })
  candidateSpace!: CandidateSpaceType | null;
}

@ObjectType('SignInPayload')
export class SignInPayload {
  @Field(() => String, { description: 'Send it as `Authorization: Bearer …`.' })
  accessToken!: string;

  @Field(() => String, { description: 'ISO-8601 instant.' })
  accessTokenExpiresAt!: string;

  @Field(() => String, { description: 'Good for one `refreshSignIn`, which hands out the next.' })
  refreshToken!: string;
}

@ObjectType('SignOutPayload')
export class SignOutPayload {
  @Field(() => Boolean)
  signedOut!: boolean;
}

@ObjectType('ConsentText')
export class ConsentTextType {
  @Field(() => String)
  version!: string;

  @Field(() => String)
  fr!: string;

  @Field(() => String)
  en!: string;
}

@ObjectType('Invitation')
export class InvitationType {
  @Field(() => ID)
  invitationId!: string;

  @Field(() => String)
  campaign!: string;

  @Field(() => String, { description: 'What `registerCandidate` and `startApplication` ask for.' })
  token!: string;

  @Field(() => String, { description: 'The address to give to candidates.' })
  link!: string;

  @Field(() => OrganisationType)
  organisation!: OrganisationType;

  @Field(() => ConsentTextType, { description: 'To be shown before `grantConsent`.' })
  consentText!: ConsentTextType;
}

@ObjectType('CreateInvitationPayload')
export class CreateInvitationPayload extends Changed {
  @Field(() => InvitationType)
  invitation!: InvitationType;
}

@ObjectType('RegisterCandidatePayload')
export class RegisterCandidatePayload extends Changed {
  @Field(() => ID)
  candidateId!: string;
}

@ObjectType('GrantConsentPayload')
export class GrantConsentPayload extends Changed {
  @Field(() => ConsentType, { nullable: true })
  consent!: ConsentType | null;
}

@ObjectType('RequestUploadPayload')
export class RequestUploadPayload {
  @Field(() => ID, { description: 'Name it in `addDocument` or `replaceDocument`.' })
  uploadId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'PUT the bytes there; null where they have arrived already.',
  })
  url!: string | null;

  @Field(() => String, { nullable: true, description: 'ISO-8601 instant.' })
  expiresAt!: string | null;

  @Field(() => Int)
  maximumBytes!: number;
}

@ObjectType('RequestDownloadPayload')
export class RequestDownloadPayload {
  @Field(() => String, { description: 'GET it once, within ten minutes.' })
  url!: string;

  @Field(() => String, { description: 'ISO-8601 instant.' })
  expiresAt!: string;
}

@ObjectType('DocumentPayload')
export class DocumentPayload extends Changed {
  @Field(() => ID)
  documentId!: string;

  @Field(() => DocumentType, { nullable: true, description: 'Null where it is not visible yet.' })
  document!: DocumentType | null;
}

@ObjectType('DossierPayload')
export class DossierPayload extends Changed {
  @Field(() => ID)
  applicationId!: string;

  @Field(() => DossierType, { nullable: true, description: 'Null where it is not visible yet.' })
  dossier!: DossierType | null;
}

@ObjectType('ReviewPayload')
export class ReviewPayload extends Changed {
  @Field(() => ID)
  applicationId!: string;

  @Field(() => Int, { description: 'The application’s revision after this change.' })
  revision!: number;

  @Field(() => ReviewSynthesisType, {
    nullable: true,
    description: 'Null where it is not visible yet.',
  })
  reviewSynthesis!: ReviewSynthesisType | null;
}

@ObjectType('CandidateSpacePayload')
export class CandidateSpacePayload extends Changed {
  @Field(() => CandidateSpaceType, {
    nullable: true,
    description: 'Null where it is not visible yet.',
  })
  candidateSpace!: CandidateSpaceType | null;
}

@ObjectType('RevokeInvitationPayload')
export class RevokeInvitationPayload extends Changed {
  @Field(() => ID)
  invitationId!: string;
}

@ObjectType('RemoveDocumentPayload')
export class RemoveDocumentPayload extends Changed {
  @Field(() => ID)
  documentId!: string;
}

@ObjectType('RestrictedVerdict', { description: 'Why a document was refused.' })
export class RestrictedVerdictType {
  @Field(() => String, { description: 'The checklist item’s key.' })
  item!: string;

  @Field(() => String, { description: 'ISO-8601 instant.' })
  at!: string;

  @Field(() => String, { nullable: true, description: 'Null where it was erased.' })
  reason!: string | null;
}

@ObjectType('RestrictedDecision', {
  description: 'A final rejection whose dossier only compliance opens.',
})
export class RestrictedDecisionType {
  @Field(() => ID)
  applicationId!: string;

  @Field(() => String)
  campaign!: string;

  @Field(() => String, { description: 'ISO-8601 instant.' })
  at!: string;

  @Field(() => String, { nullable: true, description: 'Null where it was erased.' })
  reason!: string | null;

  @Field(() => [RestrictedVerdictType], { description: 'Verdicts on its documents with a reason.' })
  verdicts!: RestrictedVerdictType[];
}

@ObjectType('OpenPersonalDataPayload', { description: 'Shown in this answer and nowhere else.' })
export class OpenPersonalDataPayload extends Changed {
  @Field(() => ID)
  candidateId!: string;

  @Field(() => String, { nullable: true, description: 'Null where it was erased.' })
  fullName!: string | null;

  @Field(() => String, { nullable: true, description: 'Null where it was erased.' })
  email!: string | null;

  @Field(() => [RestrictedDecisionType], {
    description: 'Why the person was finally rejected, as long as that is kept restricted.',
  })
  decisions!: RestrictedDecisionType[];
}

export type PayloadClass = Type<Changed>;
