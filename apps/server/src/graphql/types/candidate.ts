import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { DeletionWarningType } from './deletion-warning.ts';
import { pageOf } from './page.ts';

@ObjectType('DocumentVersion')
export class DocumentVersionType {
  @Field(() => Int)
  version!: number;

  @Field(() => String, { nullable: true, description: 'Null where it was erased.' })
  fileName!: string | null;

  @Field(() => String, { description: 'Told by the content, not by the name.' })
  mediaType!: string;

  @Field(() => Int, { description: 'Bytes.' })
  size!: number;

  @Field(() => String, {
    description: 'A keyed hash: it confirms nothing once the person is gone.',
  })
  contentHash!: string;

  @Field(() => String, { description: 'ISO-8601 instant of the deposit.' })
  at!: string;
}

@ObjectType('Document', { description: 'A document of a candidate with all its versions.' })
export class DocumentType {
  @Field(() => ID)
  documentId!: string;

  @Field(() => DocumentVersionType, { description: 'The newest version.' })
  current!: DocumentVersionType;

  @Field(() => [DocumentVersionType], { description: 'The oldest first.' })
  versions!: DocumentVersionType[];
}

@ObjectType('Consent')
export class ConsentType {
  @Field(() => ID)
  consentId!: string;

  @Field(() => String)
  purpose!: string;

  @Field(() => String, { description: 'The version of the text that was shown.' })
  textVersion!: string;

  @Field(() => String)
  channel!: string;

  @Field(() => String, { description: 'ISO-8601 instant.' })
  at!: string;
}

@ObjectType('ApplicationSummary')
export class ApplicationSummaryType {
  @Field(() => ID)
  applicationId!: string;

  @Field(() => String)
  campaign!: string;

  @Field(() => String)
  state!: string;

  @Field(() => Boolean, { description: 'Finally rejected and kept: open to compliance alone.' })
  restricted!: boolean;
}

@ObjectType('Candidate', { description: 'A person, as those who may see them do.' })
export class CandidateType {
  @Field(() => ID)
  candidateId!: string;

  @Field(() => String, { nullable: true, description: 'Null where it was erased.' })
  fullName!: string | null;

  @Field(() => String, { nullable: true, description: 'Null where it was erased.' })
  email!: string | null;
}

@ObjectType('OwnInformation', { description: 'What a candidate said in *mes infos*.' })
export class OwnInformationType {
  @Field(() => String)
  key!: string;

  @Field(() => String, { nullable: true, description: 'Null where it was erased.' })
  value!: string | null;
}

@ObjectType('CandidateConnection')
export class CandidateConnection extends pageOf(CandidateType, 'Candidate') {}

@ObjectType('CandidateSpace', {
  description: 'The candidate’s own space: vault, applications, consents.',
})
export class CandidateSpaceType extends CandidateType {
  @Field(() => String, { description: 'The campaign whose invitation they followed.' })
  campaign!: string;

  @Field(() => String, { description: 'ISO-8601 instant.' })
  registeredAt!: string;

  @Field(() => String, { nullable: true, description: 'ISO-8601 instant.' })
  erasedAt!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'ISO-8601 instant at which an activation link was followed.',
  })
  confirmedAt!: string | null;

  @Field(() => Boolean, {
    description: 'Until an application is accepted, a dossier can be completed and nothing else.',
  })
  limited!: boolean;

  @Field(() => [OwnInformationType], { nullable: true })
  information!: OwnInformationType[] | null;

  @Field(() => DeletionWarningType, {
    nullable: true,
    description: 'When the account disappears by itself.',
  })
  deletionWarning!: DeletionWarningType | null;

  @Field(() => [DocumentType])
  documents!: DocumentType[];

  @Field(() => [ApplicationSummaryType])
  applications!: ApplicationSummaryType[];

  @Field(() => [ConsentType])
  consents!: ConsentType[];
}
