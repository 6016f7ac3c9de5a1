import type { SourceDocument } from './files/documents.ts';
import type { Component, Definition } from './kinds/index.ts';
import type { ValidationProblem } from './problem.ts';
import type { CustomResourceDefinition } from './schema/types.ts';

export interface ApplicationValidationInput {
  readonly documents: readonly SourceDocument[];
  readonly definitions: readonly Definition[];
  readonly crds: readonly CustomResourceDefinition[];
  readonly components?: readonly Component[];
}
export declare function validateApplication(input: ApplicationValidationInput): ValidationProblem[];
