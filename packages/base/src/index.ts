export { type Clock, systemClock } from './clock.ts';
export {
  CapstanError,
  type CapstanErrorOptions,
  EXIT,
  type ExitCode,
  isCapstanError,
  messageOf,
  redact,
  type SourcePosition,
} from './errors.ts';
export { type Health, type HealthStatus, worstHealth } from './health.ts';
export {
  createLogger,
  type LogFields,
  type Logger,
  type LoggerOptions,
  type LogLevel,
  silentLogger,
} from './logger.ts';
export {
  type Condition,
  describeObject,
  groupOf,
  type JsonObject,
  type JsonValue,
  type KindReference,
  type KubernetesObject,
  type ObjectMeta,
  type ObjectReference,
  type OwnerReference,
  referenceTo,
} from './objects.ts';
export { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';
export { re2Problem } from './re2.ts';
export { didYouMean, nearest } from './suggestions.ts';
