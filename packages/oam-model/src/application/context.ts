import type { KubernetesObject } from '@capstan/base';
import type { DefinitionCatalog } from '../catalog.ts';
import { OAM_CODES } from '../codes.ts';
import { formatFieldPath, type PathSegment } from '../field-path.ts';
import type { SourceDocument } from '../files/documents.ts';
import type { Component, Definition } from '../kinds/index.ts';
import type { UnknownKind, ValidationProblem } from '../problem.ts';
import type { CustomResourceDefinition } from '../schema/types.ts';

/** What `validateApplication` is given. */
export interface ApplicationValidationInput {
  /** The objects of the files, as `parseDocuments` returns them. */
  readonly documents: readonly SourceDocument[];
  /** The Definitions of the cluster, or those to validate against without one. Those in the files win. */
  readonly definitions: readonly Definition[];
  /** The CRDs that serve workloads and traits; kinds without one are not checked against a schema. */
  readonly crds: readonly CustomResourceDefinition[];
  /** The Components of the cluster; without them a Component that is not in the files is taken to exist. */
  readonly components?: readonly Component[];
  /**
   * The Components that the revisions of the cluster hold, by the name of the ControllerRevision; without them every
   * revision is taken to exist, and what it holds is not judged.
   */
  readonly revisions?: ReadonlyMap<string, Component>;
}

/** A Component and where it stands, if that is in the files. */
export interface PlacedComponent {
  readonly component: Component;
  readonly document?: SourceDocument;
}

/** What one problem is about, before it is placed. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly next?: readonly string[];
  readonly unknown?: UnknownKind;
}

/** A place in a document: problems below it are reported with their own path behind this one. */
export interface Place {
  readonly document: SourceDocument;
  readonly segments: readonly PathSegment[];
  /** Names an object outside the files: its problems are reported at this place, with its name before them. */
  readonly of?: string;
  /** Where a part of the canonical form is written; the parts stand where they are when absent. */
  readonly origin?: (canonical: readonly PathSegment[]) => readonly PathSegment[];
  /** Where a field below this place is written, if that is another place. */
  readonly elsewhere?: (segments: readonly PathSegment[]) => Place | undefined;
}

/** The place of something below a place. */
export function below(place: Place, ...segments: readonly PathSegment[]): Place {
  return { ...place, segments: [...place.segments, ...segments] };
}

/** What all checks share: what is known, and the problems found so far. */
export class ValidationContext {
  readonly catalog: DefinitionCatalog;
  readonly components: ReadonlyMap<string, PlacedComponent>;
  readonly revisions: ReadonlyMap<string, Component> | undefined;
  /** Whether a Component that is not in `components` is known not to exist. */
  readonly componentsAreKnown: boolean;
  readonly #problems = new Map<string, ValidationProblem>();

  constructor(input: ApplicationValidationInput, catalog: DefinitionCatalog) {
    this.catalog = catalog;
    const components = new Map<string, PlacedComponent>();
    for (const component of input.components ?? []) components.set(component.metadata.name, { component });
    for (const document of input.documents) {
      const { object } = document;
      if (isComponent(object)) components.set(object.metadata.name, { component: object, document });
    }
    this.components = components;
    this.revisions = input.revisions;
    this.componentsAreKnown = input.components !== undefined;
  }

  /** Notes a problem at a place; the same problem at the same place is noted once. */
  report(place: Place, segments: readonly PathSegment[], finding: Finding): void {
    const elsewhere = place.elsewhere?.(segments);
    if (elsewhere) {
      this.report(elsewhere, [], finding);
      return;
    }
    const canonical = place.of === undefined ? [...place.segments, ...segments] : place.segments;
    const all = place.origin ? place.origin(canonical) : canonical;
    const source = place.document.locate(all);
    const message = place.of === undefined ? finding.message : `${place.of}: ${finding.message}`;
    const problem = { next: [], ...finding, message, path: formatFieldPath(all), source };
    // The schema of the application and that of a trait may both refuse a field of the trait.
    const detail = ABOUT_THE_FIELD.has(finding.code) ? '' : message;
    this.#problems.set(JSON.stringify([source, problem.path, finding.code, detail]), problem);
  }

  /** The problems by file and line. */
  problems(): ValidationProblem[] {
    return [...this.#problems.values()].sort(
      (a, b) =>
        Number(a.source.file > b.source.file) - Number(a.source.file < b.source.file) ||
        (a.source.line ?? 0) - (b.source.line ?? 0) ||
        (a.source.column ?? 0) - (b.source.column ?? 0),
    );
  }
}

const ABOUT_THE_FIELD: ReadonlySet<string> = new Set([OAM_CODES.fieldUnknown, OAM_CODES.fieldRequired]);

/** True for a Component whose spec can be read. */
export function isComponent(object: KubernetesObject): object is Component {
  return object.kind === 'Component' && object.apiVersion.startsWith('core.oam.dev/');
}
