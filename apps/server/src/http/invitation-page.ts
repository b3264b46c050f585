import {
  currentConsentText,
  invitationOf,
  recruitmentModule,
  type RecruitmentModuleState,
} from '@vivier/domain';
import type { FastifyInstance } from 'fastify';
import type { House } from '../house/house.ts';
import { readInvitationToken } from '../house/invitation-links.ts';

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; color: #1d2733 }
  h1 { font-size: 1.5rem } pre { background: #f2f4f7; padding: 1rem; overflow-x: auto; border-radius: .4rem }
  blockquote { margin: 1rem 0; padding-left: 1rem; border-left: .25rem solid #9db2c8 }
</style>
<h1>${escape(title)}</h1>
${body}
</html>
`;

/** Where an invitation link leads in a browser: who invites, to what, and how to go on. */
export const invitationPage = (server: FastifyInstance, { vault, identity, load }: House): void => {
  server.get<{ Params: { token: string } }>('/invitations/:token', async (request, reply) => {
    const { token } = request.params;
    const invited = await readInvitationToken(
      vault,
      async (id) => (await identity.organisation(id)) !== undefined,
      token,
    );
    const organisation = invited && (await identity.organisation(invited.organisationId));
    const module = invited
      ? ((await load(invited.organisationId, recruitmentModule, invited.organisationId))
          .state as RecruitmentModuleState)
      : undefined;
    const led = invited && module && invitationOf(module, invited.invitationId);
    void reply
      .type('text/html; charset=utf-8')
      .header('referrer-policy', 'no-referrer')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    if (!organisation || !led || 'rejected' in led)
      return reply
        .code(404)
        .send(
          page(
            'This invitation link is not valid',
            '<p>Ask the organisation that gave it to you for a new one.</p>',
          ),
        );
    const { fr, en } = currentConsentText();
    const example = `mutation {
  registerCandidate(input: {
    invitation: "${token}"
    fullName: "…"  email: "…"  password: "…"
  }) { candidateId }
}`;
    return reply.send(
      page(
        `${organisation.name} invites you to apply: ${led.campaign}`,
        `<p>Before an application is sent you will be asked to agree to this:</p>
<blockquote lang="en">${escape(en)}</blockquote>
<blockquote lang="fr">${escape(fr)}</blockquote>
<p>Register through the API, for example in the <a href="/graphql">explorer</a>:</p>
<pre>${escape(example)}</pre>`,
      ),
    );
  });
};
