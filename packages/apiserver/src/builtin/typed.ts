import type { KubeObject } from '../model/object.ts';
export function goDecode(_object: KubeObject, _kind: { group: string; version: string; kind: string }): void {}
