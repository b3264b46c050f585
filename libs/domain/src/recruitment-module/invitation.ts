import { defineRejections, type Rejection } from '@vivier/kernel';
import type { InvitationId } from './recruitment-module.events.ts';
import type { RecruitmentModuleState } from './state.ts';

export const invitationRejections = defineRejections({
  InvitationUnknown: {
    message: 'This invitation link is not valid.',
    remedy: 'Ask the organisation for a new link.',
  },
  InvitationRevoked: {
    message: 'The organisation has withdrawn this invitation link.',
    remedy: 'Ask the organisation for a new link.',
  },
  ModuleOff: {
    message: 'The organisation’s recruitment module is switched off.',
    remedy: 'Try again when the organisation recruits again; an admin can switch the module on.',
  },
});

/** What an invitation leads to at this moment, or why it leads nowhere. */
export const invitationOf = (
  { on, invitations }: Pick<RecruitmentModuleState, 'on' | 'invitations'>,
  invitationId: InvitationId,
): { readonly campaign: string } | Rejection => {
  const invitation = invitations[invitationId];
  if (!invitation) return invitationRejections.InvitationUnknown();
  if (!on) return invitationRejections.ModuleOff();
  if (invitation.revoked) return invitationRejections.InvitationRevoked();
  return invitation;
};
