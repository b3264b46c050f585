import { mutationText, type MutationName, type Payloads } from './operations.ts';

export interface Refusal {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: {
    readonly code: string;
    readonly remedy: string;
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

export interface Answer<Data> {
  readonly status: number;
  /** The body as it came. */
  readonly text: string;
  readonly data: Data | null | undefined;
  readonly errors: readonly Refusal[];
}

export type Variables = Readonly<Record<string, unknown>>;

/** Speaks to the GraphQL face of a server as any program would, over HTTP, with a token or without. */
export class Client {
  /** @param token an access token, or what gives one that holds at this moment */
  constructor(
    readonly url: string,
    readonly token: string | (() => Promise<string>) | undefined = undefined,
  ) {}

  /** Sends a document; whatever comes back is the answer. */
  async send<Data>(query: string, variables: Variables = {}): Promise<Answer<Data>> {
    const token = typeof this.token === 'function' ? await this.token() : this.token;
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    const { data, errors = [] } = JSON.parse(text) as {
      readonly data?: Data | null;
      readonly errors?: readonly Refusal[];
    };
    return { status: response.status, text, data, errors };
  }

  /** Sends a document that must succeed. */
  async ask<Data>(query: string, variables: Variables = {}): Promise<Data> {
    const { data, errors, text } = await this.send<Data>(query, variables);
    if (errors.length > 0 || !data) throw new Error(`The server refused: ${text}`);
    return data;
  }

  /** Sends a mutation that must succeed. */
  async do<Name extends MutationName>(name: Name, input: Variables = {}): Promise<Payloads[Name]> {
    const data = await this.ask<Pick<Payloads, Name>>(mutationText(name), { input });
    return data[name];
  }

  /** Sends a mutation that must be refused, with one refusal. */
  async tries(
    name: MutationName,
    input: Variables = {},
  ): Promise<Refusal['extensions'] & { readonly message: string }> {
    return this.refused(mutationText(name), { input });
  }

  /** Sends a document that must be refused, with one refusal. */
  async refused(
    query: string,
    variables: Variables = {},
  ): Promise<Refusal['extensions'] & { readonly message: string }> {
    const { errors, text } = await this.send(query, variables);
    const [only, ...others] = errors;
    if (!only || others.length > 0) throw new Error(`One refusal was expected: ${text}`);
    return { message: only.message, ...only.extensions };
  }
}

/** Sends a file's bytes to an address that `requestUpload` handed out. */
export const put = async (
  url: string | null,
  bytes: Uint8Array,
): Promise<{ readonly status: number; readonly text: string }> => {
  if (url === null) throw new Error('The upload is complete already: there is no address.');
  const response = await fetch(url, { method: 'PUT', body: bytes });
  return { status: response.status, text: await response.text() };
};
