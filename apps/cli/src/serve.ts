import {
  DEMO_PASSWORD,
  demoUsers,
  start,
  type ProcessRole,
  type ServerConfig,
  type StartOptions,
} from '@vivier/server';

/** What somebody sees who starts one of several processes. */
const partly = (url: string, roles: readonly ProcessRole[]): string =>
  `Vivier (${roles.join(', ')}) runs; its health is at ${url}/health/ready`;

/** What a newcomer needs to begin: where, as whom, and three things to do. */
const welcome = (url: string, invitation: string | undefined): string => {
  const lines = [`Vivier runs at ${url}  (GraphQL and its explorer at ${url}/graphql)`, ''];
  if (invitation === undefined)
    lines.push(
      'Make an organisation:  npm run vivier -- organisation create --slug acme --name "Acme"',
      'Add its first admin:   npm run vivier -- user add --organisation acme --role admin \\',
      '                         --email you@example.org --name "Your Name"',
    );
  else
    lines.push(
      `Demo users of the organisation "demo", all with the password ${DEMO_PASSWORD}:`,
      ...demoUsers.map(({ role, email }) => `  ${role.padEnd(11)} ${email}`),
      'Sign in with the mutation signIn (organisation, email, password), then send the access token',
      'as the header  Authorization: Bearer <accessToken>.',
      '',
      'The first three things to try:',
      `  1. Open ${url}/graphql, sign in as the operator and list the dossiers.`,
      `  2. Follow the demo's invitation link: ${url}/invitations/${invitation}`,
      '  3. Take the five-minute tour of the README: apply, review, read the audit trail.',
    );
  lines.push('', 'Ctrl-C stops it; what it holds stays.');
  return lines.join('\n');
};

/** Serves until SIGINT or SIGTERM, then stops cleanly. A second signal ends it at once. */
export const serve = async (
  config: ServerConfig,
  more: Pick<StartOptions, 'eventStoreProtocol'> = {},
): Promise<void> => {
  const server = await start({
    ...config,
    ...more,
    onStep: (step) => {
      console.log(`${step} …`);
    },
  });
  const { roles } = server.house;
  console.log(
    roles.includes('api')
      ? `\n${welcome(server.url, server.demoInvitation)}`
      : partly(server.url, roles),
  );
  if (server.eventStorePort !== undefined)
    console.log(`EventStoreDB’s protocol: esdb://127.0.0.1:${server.eventStorePort}?tls=false`);
  await new Promise<void>((resolve, reject) => {
    let stopping = false;
    const stop = (): void => {
      if (stopping) process.exit(1);
      stopping = true;
      console.log('\nStopping …');
      server.stop().then(resolve, reject);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
  console.log('Stopped.');
};
