import type { SourcePosition } from '@capstan/base';
import type { PathSegment } from './field-path.ts';

/** Something wrong in an object. `path` is a field path from the object's root, as `parseFieldPath` reads it. */
export interface Problem {
  /** Listed in `OAM_CODES`. */
  readonly code: string;
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

/** What a schema refuses. */
export interface SchemaProblem extends Problem {
  /** The path in parts: exact also for keys that no written path can express. */
  readonly segments: readonly PathSegment[];
}

/** A kind that nothing registers: enough to look for a package that offers it. */
export interface UnknownKind {
  readonly role: 'workload' | 'trait' | 'scope';
  /** Empty, as `kind` is, where the file gives the name of a Definition instead. */
  readonly apiVersion: string;
  readonly kind: string;
  /** The name of a Definition that the file gives: `routes.extended.oam.dev`, or the short one. */
  readonly named?: string;
  /** What its short name would be: `autoscale` for kind Autoscale. */
  readonly shortName: string;
  /** The package that brings the kind, or will, where that is known without a registry. */
  readonly capability?: string;
  /** The kind that has to be registered for this one to be understood, where it is another: the talks' Autoscaler. */
  readonly stands?: { readonly role: UnknownKind['role']; readonly apiVersion: string; readonly kind: string };
}

/** Something wrong in a file, placed. */
export interface ValidationProblem extends Problem {
  readonly source: SourcePosition;
  /** Commands that lead out. */
  readonly next: readonly string[];
  /** Set for the codes of unknown workloads, traits and scopes. */
  readonly unknown?: UnknownKind;
}
