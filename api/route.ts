import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { LogContext } from '../infra/log-context';
import type { Client } from './client';
import type { Dependencies } from './dependencies';
import type { Problem } from './problem';
import type { ProblemCode } from './problems';
import type { Demand } from './access/policy';
import type { Principal } from './access/principal';
import type { EdgeAct } from './audit';

/** Where the routes are. */
export const apiPrefix = '/api/v1';

/** What a request carries from one middleware to the next. */
export interface RequestState {
  requestId: string;
  client: Client;
  /** Whether a limit has counted it. */
  counted?: boolean;
  /** The trace, the agent and the run that it is about. */
  about?: LogContext;
  /** Path of the route that serves it, with its parameters by name. */
  route?: string;
  principal?: Principal;
  problem?: Problem;
}

/** A request as it came, for what is signed byte by byte. */
export interface RawRequest {
  /** By lower-case name. */
  headers: IncomingHttpHeaders;
  /** To be read once, and not where the route has a `body`. @throws Problem `body_too_large` | `malformed_request` */
  read(mostBytes?: number): Promise<Buffer>;
}

/** A checked request, as a handler sees it. */
export interface Call<P = unknown, Q = unknown, H = unknown, B = unknown> {
  params: P;
  query: Q;
  headers: H;
  body: B;
  /** `nobody` on a public route. */
  principal: Principal;
  /** Where it comes from. */
  client: Client;
  /** The media type, out of those that the route can answer with, that the client likes best. */
  accepts: (...types: string[]) => string | false;
  raw: RawRequest;
  /** Aborts when the client is gone or the server stops; for answers that have no end of their own. */
  gone: () => AbortSignal;
  /** Puts on record what the call did, as its caller unless `principal` says who. */
  record: (act: OwnAct) => Promise<void>;
  deps: Dependencies;
}

/** What a handler knows of an act; the rest is the request's. */
export type OwnAct = Pick<EdgeAct, 'type' | 'reason' | 'about' | 'detail'> & { principal?: string };

export interface Reply {
  /** 200 where it says nothing else. */
  status?: number;
  body: object | Readable;
  headers?: Record<string, string>;
  type?: string;
}

export interface ResponseSpec {
  description: string;
  /** Of its JSON; left out where it answers as NDJSON only. */
  schema?: TSchema;
  headers?: Record<string, string>;
  /** What one line is, where it answers as NDJSON. */
  line?: TSchema;
  /** Its media type; `application/json` where it says nothing else. */
  type?: string;
}

/** One call of the API: what validates a request, what serves it, and what OpenAPI says of it. Paths as in OpenAPI, under `/api/v1`. */
export interface RouteDefinition<P extends TObject, Q extends TObject, H extends TObject, B extends TSchema> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: `/${string}`;
  operationId: string;
  tag: string;
  summary: string;
  description?: string;
  /** What the caller must be allowed. */
  permission: Demand;
  params?: P;
  query?: Q;
  /** Those that mean something here, by lower-case name; others pass. */
  headers?: H;
  body?: B;
  /** Takes the body as YAML too: what the value for `body` is made of the text, and what is in it, for OpenAPI. */
  fromYaml?: { read: (text: string) => unknown; schema: TSchema };
  /**
   * It makes something: a call that is sent again under its `Idempotency-Key` is answered as the first time (`idempotency.ts`);
   * `unkept`: but for the body, which holds what is shown once.
   */
  idempotent?: true | 'unkept';
  /** The handler reads the body itself, from `raw`; what it is, for OpenAPI. */
  rawBody?: TSchema;
  /** Its media types; `application/json` where it says nothing else. */
  rawTypes?: string[];
  responses: Record<number, ResponseSpec>;
  /** What it may fail with, beside what follows from the parts above. */
  problems: ProblemCode[];
  handler(call: Call<Static<P>, Static<Q>, Static<H>, Static<B>>): Promise<Reply>;
}

/** A route whose own types are forgotten; `route` has checked them. */
export type Route = RouteDefinition<TObject, TObject, TObject, TSchema>;

/** Checks a route's handler against its schemas, and then forgets their types. */
export function route<P extends TObject, Q extends TObject, H extends TObject, B extends TSchema>(
  definition: RouteDefinition<P, Q, H, B>,
): Route {
  return definition;
}
