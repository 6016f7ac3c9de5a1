import type { DefinitionCatalog } from '../catalog.ts';
import type { PathSegment } from '../field-path.ts';
import type { ApplicationConfiguration, Component } from '../kinds/index.ts';
import type { Problem, UnknownKind } from '../problem.ts';

/** What `normalizeApplication` is given. Nothing of it is changed. */
export interface NormalizeInput {
  readonly application: ApplicationConfiguration;
  /**
   * The Components that the application means, by `componentKey`: the name of the Component, or the pinned
   * `revisionName` with the snapshot that it stands for. One that is absent is not judged.
   */
  readonly components: ReadonlyMap<string, Component>;
  readonly catalog: DefinitionCatalog;
}

/** One alias that was read as its modern form. */
export interface DialectWarning {
  /** Where the alias is written. */
  readonly path: string;
  /** Name of the Component that the path is in; the application (or Definition) when absent. */
  readonly component?: string;
  /** Names the modern form, without a full stop. */
  readonly message: string;
}

/** Something that cannot be read as the canonical form. The part stays as it is written. */
export interface NormalizeProblem extends Problem {
  /** Name of the Component that the path is in; the application when absent. */
  readonly component?: string;
  /** A reason for conditions and events, in one CamelCase word. */
  readonly reason: string;
  /** Set where a Definition is missing that a package may bring. */
  readonly unknown?: UnknownKind;
}

/** Where a part of the canonical application is written. Both are paths from the root of the application. */
export interface PathOrigin {
  readonly canonical: readonly PathSegment[];
  readonly source: readonly PathSegment[];
}

/** An application in canonical form, and what had to be said on the way. */
export interface NormalizedApplication {
  readonly application: ApplicationConfiguration;
  /** The Components in canonical form, under the keys of the input. */
  readonly components: ReadonlyMap<string, Component>;
  readonly warnings: readonly DialectWarning[];
  readonly problems: readonly NormalizeProblem[];
  /** Only the parts that stand elsewhere in the source; `originOf` reads it. */
  readonly origins: readonly PathOrigin[];
}

/** One object in canonical form, and what had to be said on the way. */
export interface NormalizedObject<T> {
  readonly object: T;
  readonly warnings: readonly DialectWarning[];
  readonly problems: readonly NormalizeProblem[];
}
