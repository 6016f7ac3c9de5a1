export * from './kinds/index.ts';
export * from './pending.ts';
export type { Problem, UnknownKind, ValidationProblem } from './problem.ts';
export type { CrdVersion, CustomResourceDefinition, PrinterColumn, Schema } from './schema/types.ts';
