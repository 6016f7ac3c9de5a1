import type { KubeObject } from '../model/object.ts';
import type { WriteAnswer } from './operations.ts';
import { answerOf } from './parts.ts';

/** The answer of an operation that has no object to show. */
export function successStatus(code: number): WriteAnswer {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code };
  return { ...answerOf(status as KubeObject), created: code === 201 };
}
