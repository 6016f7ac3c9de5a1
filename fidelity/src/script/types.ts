/** A tree as JSON has it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonMap = { readonly [key: string]: Json };

/**
 * One HTTP script. It runs the same against every engine, in a namespace of its own (`$(ns)`) and with names of its own
 * (`$(id)`), so that scripts can run beside each other. README.md describes the file format.
 */
export interface Script {
  /** `area/name`; unique. */
  readonly name: string;
  /** The figure it counts for, such as `patch` or `crd`. */
  readonly area: string;
  /** False where the script needs no namespace. */
  readonly namespace: boolean;
  /** Most run beside each other; some by themselves, before the others (lists of all groups) or after them. */
  readonly turn: Turn;
  /** Further known names, beside `ns` and `id`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** When a script runs. */
export type Turn = 'first' | 'beside' | 'last';

/** One step: a request, a watch that is opened, or the collection of a watch's events. */
export type Step = RequestStep | WatchStep | CollectStep;

/** What a request sends. */
export interface Sent {
  /** `VERB /path?query`; variables as `$(name)`. */
  readonly request: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: Json;
  /** Name of a saved object: it is sent, with `body` as a merge patch on it. */
  readonly from?: string;
  /** Sent as it is. */
  readonly text?: string;
  /** Sent as bytes, such as protobuf. */
  readonly base64?: string;
  readonly contentType?: string;
  /** Name of a captured bearer token; without it the administrator asks. An empty name sends no token. */
  readonly as?: string;
}

/** How the step counts. A step without `case` prepares, and what it answers is not compared. */
export interface Counted {
  /** The feature that is tested; with the verb and the type of the request it names the case. */
  readonly case?: string;
  /** Instead of the verb and type that follow from the request. */
  readonly verb?: string;
  readonly type?: string;
  /** Paths of the answer that are not compared, such as `body.metadata.managedFields`. Each needs a comment. */
  readonly ignore?: readonly string[];
  /** Only these paths are compared. */
  readonly only?: readonly string[];
}

/** Asks, and remembers parts of the answer. */
export interface RequestStep extends Sent, Counted {
  /** Variable by path in the body, such as `uid: metadata.uid`. */
  readonly save?: Readonly<Record<string, string>>;
  /** Asks again until the answer is as wanted, or the time is over; the last answer counts. */
  readonly until?: Until;
}

/** A condition on an answer. */
export interface Until {
  readonly status?: number;
  readonly path?: string;
  /** Without it and `absent` the path must only be there. */
  readonly is?: Json;
  readonly absent?: boolean;
  /** Default 10. */
  readonly seconds?: number;
}

/** Opens a watch that goes on while later steps run. */
export interface WatchStep extends Sent {
  readonly watch: string;
}

/** Waits for events of an open watch and closes it. */
export interface CollectStep extends Counted {
  readonly collect: string;
  /** Ends with so many events (bookmarks in between do not count). */
  readonly events?: number;
  /** Ends with the bookmark that marks the end of the initial events. */
  readonly initial?: boolean;
  /** Ends when the server ends the answer. */
  readonly end?: boolean;
  /** Default 5. */
  readonly seconds?: number;
}

/** Whether this is a step that asks and gets one answer. */
export function isRequest(step: Step): step is RequestStep {
  return !('watch' in step) && !('collect' in step);
}
