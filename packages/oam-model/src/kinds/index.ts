export * from './application-configuration.ts';
export * from './component.ts';
export * from './definitions.ts';
export * from './references.ts';
