export * from './application-configuration.ts';
export * from './component.ts';
export * from './containerized-workload.ts';
export * from './definitions.ts';
export * from './manual-scaler-trait.ts';
export * from './references.ts';
export * from './scopes.ts';
