import type { Answer, Media, OpenApi, Parameter, Schema } from './openapi-types.ts';

const text: Schema = { type: 'string' };
const object = (properties: Readonly<Record<string, Schema>>, required?: string[]): Schema => ({
  type: 'object',
  properties,
  required: required ?? Object.keys(properties),
  additionalProperties: false,
});
const json = (schema: Schema): Readonly<Record<string, Media>> => ({
  'application/json': { schema },
});
const component = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

const refusal = (description: string): Answer => ({
  description,
  content: json(component('Refusal')),
});
/** What any request but one about health may be answered before it is looked at. */
const notTakenIn = (schema: Schema): Readonly<Record<'429' | '503', Answer>> => ({
  '429': {
    description: 'Too many requests from this address or of this account.',
    headers: { 'retry-after': { description: 'Seconds.', schema: { type: 'integer' } } },
    content: json(schema),
  },
  '503': {
    description: 'The server is stopping, or an upgrade is needed: see the code.',
    content: json(schema),
  },
});
const busy = notTakenIn(component('Refusal'));
const html = (description: string): Answer => ({
  description,
  content: { 'text/html': { schema: text } },
});

const address = (operation: string): Parameter => ({
  name: 'address',
  in: 'path',
  required: true,
  description: `Random and short-lived, handed out by \`${operation}\` as a part of its \`url\`.`,
  schema: text,
});
const anything: Media = {
  schema: { type: 'string', contentMediaType: 'application/octet-stream' },
};

/** The HTTP face of the server besides GraphQL, whose own schema is `schema.graphql`. */
export const openApi: OpenApi = {
  openapi: '3.1.0',
  info: {
    title: 'Vivier',
    version: '0.1.0',
    description:
      'Files, health and where links lead. Everything else, signing in included, is GraphQL: ' +
      'see schema.graphql for its operations and refusals.json for its refusal codes.',
  },
  paths: {
    '/graphql': {
      post: {
        operationId: 'graphql',
        summary: 'GraphQL over HTTP: every query and mutation.',
        description:
          'Sign in with the mutation `signIn`, renew with `refreshSignIn`, end with `signOut`. A refusal ' +
          'stands in `errors` with `extensions.code`, `remedy`, `retry` and, for some, `details`.',
        security: [{}, { accessToken: [] }],
        requestBody: {
          required: true,
          content: json(
            object({ query: text, variables: { type: 'object' }, operationName: text }, ['query']),
          ),
        },
        responses: {
          '200': { description: 'The answer.', content: json(component('GraphQLAnswer')) },
          '400': {
            description: 'Not a GraphQL operation of this schema.',
            content: json(component('GraphQLAnswer')),
          },
          '413': {
            description: 'A body larger than is taken in.',
            content: json(component('GraphQLAnswer')),
          },
          ...notTakenIn(component('GraphQLAnswer')),
        },
      },
    },
    '/uploads/{address}': {
      put: {
        operationId: 'sendFile',
        summary: 'Send the bytes of a file, once, to an address of `requestUpload`.',
        description: 'The type is told by the content; name and type that were sent mean nothing.',
        security: [],
        parameters: [address('requestUpload')],
        requestBody: { required: true, content: { '*/*': anything } },
        responses: {
          '201': {
            description: 'Taken in; name `uploadId` in `addDocument` or `replaceDocument`.',
            content: json(
              object({
                uploadId: { type: 'string', format: 'uuid' },
                mediaType: text,
                size: { type: 'integer', description: 'Bytes.' },
              }),
            ),
          },
          '404': refusal('No such address, or it was used or has ended.'),
          '413': refusal('Larger than is accepted.'),
          '422': refusal('Not a document that is accepted.'),
          ...busy,
        },
      },
    },
    '/downloads/{address}': {
      get: {
        operationId: 'fetchFile',
        summary: 'Fetch a document, once, from an address of `requestDownload`.',
        security: [],
        parameters: [address('requestDownload')],
        responses: {
          '200': {
            description: 'The bytes as they were deposited.',
            headers: {
              'content-disposition': {
                description: 'Always `attachment`.',
                schema: { const: 'attachment' },
              },
            },
            content: { '*/*': anything },
          },
          '404': refusal(
            'No such address, or it was used or has ended, or the document was erased.',
          ),
          '422': refusal('The stored document is damaged.'),
          ...busy,
        },
      },
    },
    '/invitations/{token}': {
      get: {
        operationId: 'followInvitation',
        summary: 'The page behind an invitation link: who invites, to what, what is asked for.',
        security: [],
        parameters: [
          {
            name: 'token',
            in: 'path',
            required: true,
            description: 'Handed out by `createInvitation`.',
            schema: text,
          },
        ],
        responses: {
          '200': html('A page for people.'),
          '404': html('A page that says that the link is not valid.'),
          ...busy,
        },
      },
    },
    '/account/{page}': {
      get: {
        operationId: 'followAccountLink',
        summary:
          'The page behind a link in a mail; the link’s token stays behind `#`, in the browser.',
        security: [],
        parameters: [
          {
            name: 'page',
            in: 'path',
            required: true,
            description: 'What the link is for.',
            schema: { enum: ['activation', 'password', 'address'] },
          },
        ],
        responses: { '200': html('A page for people, in French or English.'), ...busy },
      },
    },
    '/health/live': {
      get: {
        operationId: 'live',
        summary: 'Whether the process answers.',
        security: [],
        responses: {
          '200': { description: 'It does.', content: json(object({ status: { const: 'live' } })) },
        },
      },
    },
    '/health/ready': {
      get: {
        operationId: 'ready',
        summary:
          'Whether everything follows the log; otherwise what stands still, where, and how it goes on.',
        security: [],
        responses: {
          '200': {
            description:
              'Yes; and what was given up or is tried again, which holds up nobody else.',
            content: json(
              object({
                status: { const: 'ready' },
                outbox: object({ dead: { type: 'integer' } }),
                agenda: object({ failing: { type: 'integer' } }),
              }),
            ),
          },
          '503': {
            description:
              'Something stands still, read models are being built, or the server is stopping.',
            content: json({
              anyOf: [
                object({
                  status: { const: 'halted' },
                  halted: { type: 'array', minItems: 1, items: component('Halt') },
                }),
                object({
                  status: { const: 'building' },
                  building: { type: 'array', minItems: 1, items: text },
                }),
                object({ status: { const: 'stopping' } }),
              ],
            }),
          },
        },
      },
    },
  },
  components: {
    schemas: {
      Refusal: object(
        {
          code: { type: 'string', description: 'One of refusals.json.' },
          message: text,
          remedy: { type: 'string', description: 'What the caller can do.' },
          retry: { enum: ['now', 'later', 'never'] },
          details: { type: 'object' },
        },
        ['code', 'message', 'remedy', 'retry'],
      ),
      Halt: object({
        name: { type: 'string', description: 'The projection, saga or other reader of the log.' },
        position: { type: 'integer', description: 'Of the event that it could not take.' },
        message: text,
        remedy: text,
      }),
      GraphQLAnswer: object(
        {
          data: { type: ['object', 'null'] },
          errors: { type: 'array', minItems: 1, items: component('GraphQLRefusal') },
        },
        [],
      ),
      GraphQLRefusal: object(
        {
          message: text,
          path: { type: 'array', items: { type: ['string', 'integer'] } },
          locations: { type: 'array', items: { type: 'object' } },
          extensions: object(
            {
              code: { type: 'string', description: 'One of refusals.json.' },
              remedy: text,
              retry: { enum: ['now', 'later', 'never'] },
              details: { type: 'object' },
            },
            ['code', 'remedy', 'retry'],
          ),
        },
        ['message', 'extensions'],
      ),
    },
    securitySchemes: {
      accessToken: {
        type: 'http',
        scheme: 'bearer',
        description: 'The `accessToken` that `signIn` or `refreshSignIn` returned.',
      },
    },
  },
};
