import { status } from '@grpc/grpc-js';
import type {
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceError,
  sendUnaryData,
} from '@grpc/grpc-js';
import type { Readable } from 'node:stream';
import { Outlet } from './outlet.ts';
import { Refusal, callError } from './refusals.ts';
import { notLetIn } from './users.ts';
import type { Users } from './users.ts';

const STOPPING = { code: status.UNAVAILABLE, details: 'The server is stopping.' };

/** What a client sends, one after the other. The answering half must outlive them. */
const requestsOf = <Request>(call: Readable): AsyncIterable<Request> =>
  call.iterator({ destroyOnReturn: false }) as AsyncIterable<Request>;

/**
 * The four kinds of calls. Whatever a handler throws ends its own call and nothing else: an exception
 * that got out of a handler would end the process.
 */
export class Calls {
  constructor(
    private readonly users: Users | undefined,
    private readonly stopping: AbortSignal,
    /** Told of failures that are no refusals. */
    private readonly report: (error: unknown) => void,
  ) {}

  unary<Request, Response>(handle: (request: Request) => Promise<Response> | Response) {
    return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
      this.#answer(call, callback, async () => handle(call.request)).catch(this.report);
    };
  }

  clientStream<Request, Response>(handle: (requests: AsyncIterable<Request>) => Promise<Response>) {
    return (
      call: ServerReadableStream<Request, Response>,
      callback: sendUnaryData<Response>,
    ): void => {
      this.#answer(call, callback, () => handle(requestsOf<Request>(call))).catch(this.report);
    };
  }

  serverStream<Request, Response>(
    handle: (request: Request, outlet: Outlet<Response>) => Promise<void>,
  ) {
    return (call: ServerWritableStream<Request, Response>): void => {
      this.#stream(call, (outlet) => handle(call.request, outlet)).catch(this.report);
    };
  }

  duplex<Request, Response>(
    handle: (requests: AsyncIterable<Request>, outlet: Outlet<Response>) => Promise<void>,
  ) {
    return (call: ServerDuplexStream<Request, Response>): void => {
      this.#stream(call, (outlet) => handle(requestsOf<Request>(call), outlet)).catch(this.report);
    };
  }

  async #answer<Response>(
    call: Pick<ServerUnaryCall<unknown, Response>, 'metadata' | 'cancelled'>,
    callback: sendUnaryData<Response>,
    answer: () => Promise<Response>,
  ): Promise<void> {
    try {
      const refused = notLetIn(this.users, call.metadata);
      if (refused !== undefined) return callback(refused);
      callback(null, await answer());
    } catch (error) {
      // Of a call that the client gave up nothing is left to be answered.
      if (!call.cancelled) callback(this.#errorOf(error));
    }
  }

  async #stream<Response>(
    call: ServerWritableStream<unknown, Response> | ServerDuplexStream<unknown, Response>,
    answer: (outlet: Outlet<Response>) => Promise<void>,
  ): Promise<void> {
    const outlet = new Outlet<Response>(call, this.stopping);
    try {
      const refused = notLetIn(this.users, call.metadata);
      if (refused !== undefined) return void call.emit('error', refused);
      await Promise.race([answer(outlet), outlet.aborted]);
      if (this.stopping.aborted) call.emit('error', STOPPING);
      else call.end();
    } catch (error) {
      if (!call.cancelled) call.emit('error', this.#errorOf(error));
    }
  }

  #errorOf(error: unknown): Partial<ServiceError> {
    if (!(error instanceof Refusal)) this.report(error);
    return callError(error);
  }
}
