import { setTimeout as sleep } from 'node:timers/promises';
import { isCapstanError, type KubernetesObject, messageOf, type ObjectReference } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import type { ConformanceCase, ObjectName, Step } from './case.ts';
import { mismatches } from './matching.ts';

/** How a case is played. */
export interface PlayOptions {
  readonly client: KubeClient;
  /** A namespace of the case's own. */
  readonly namespace: string;
  /** How long anything may take to hold. */
  readonly deadlineMs: number;
}

/** Plays the steps of a case; throws with what was expected and what was there. */
export async function play({ steps }: ConformanceCase, options: PlayOptions): Promise<void> {
  const player = new Player(options);
  for (const [index, step] of steps.entries()) {
    try {
      await player.play(step);
    } catch (error) {
      throw new Error(`step ${index + 1}: ${messageOf(error)}`, { cause: error });
    }
  }
}

class Player {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #deadlineMs: number;
  readonly #words = new Map<string, string>();

  constructor({ client, namespace, deadlineMs }: PlayOptions) {
    this.#client = client;
    this.#namespace = namespace;
    this.#deadlineMs = deadlineMs;
    this.#words.set('namespace', namespace);
  }

  async play(written: Step): Promise<void> {
    const step = this.#filled(written);
    for (const object of step.apply ?? []) await this.#apply(object);
    for (const [name, patch] of Object.entries(step.patch ?? {})) {
      await this.#client.patch(this.#reference(name), patch, {
        fieldManager: step.by ?? 'kubectl-edit',
        ...(step.status && { subresource: 'status' }),
      });
    }
    for (const name of step.delete ?? []) await this.#client.delete(this.#reference(name));
    for (const [word, name] of Object.entries(step.remember ?? {})) this.#words.set(word, await this.#uidOf(name));
    if (step.refused) await this.#refused(step.refused.apply, step.refused.message);
    if (step.expect || step.absent || step.events || step.count) await this.#holds(step);
  }

  async #holds(step: Step): Promise<void> {
    const until = Date.now() + this.#deadlineMs;
    let wrong = await this.#wrong(step);
    while (wrong.length > 0) {
      if (Date.now() > until)
        throw new Error(`does not hold within ${this.#deadlineMs / 1000} s\n  ${wrong.join('\n  ')}`);
      await sleep(100);
      wrong = await this.#wrong(step);
    }
    const end = Date.now() + (step.stays ?? 0) * 1000;
    while (Date.now() < end) {
      await sleep(200);
      const later = await this.#wrong(step);
      if (later.length > 0) throw new Error(`did not go on to hold\n  ${later.join('\n  ')}`);
    }
  }

  async #wrong({ expect = {}, absent = [], events = {}, count = {} }: Step): Promise<string[]> {
    const wrong: string[] = [];
    for (const [name, expected] of Object.entries(expect)) {
      const live = await this.#client.get(this.#reference(name));
      wrong.push(...(live ? mismatches(live, expected).map((one) => `${name}: ${one}`) : [`${name} does not exist`]));
    }
    for (const name of absent) if (await this.#client.get(this.#reference(name))) wrong.push(`${name} exists`);
    for (const [name, expected] of Object.entries(events)) {
      const told = await this.#eventsOf(name);
      wrong.push(...mismatches(told, { '~some': expected }).map((one) => `events of ${name}${one}`));
    }
    for (const [kind, expected] of Object.entries(count)) {
      const [apiVersion = '', name = ''] = kind.split(' ');
      const { items } = await this.#client.list({ apiVersion, kind: name }, { namespace: this.#namespace });
      if (items.length !== expected) wrong.push(`${items.length} of ${kind}, not ${expected}`);
    }
    return wrong;
  }

  async #eventsOf(name: ObjectName): Promise<object[]> {
    const { kind, name: regarding } = this.#reference(name);
    const { items } = await this.#client.list({ apiVersion: 'v1', kind: 'Event' }, { namespace: this.#namespace });
    return items.filter((event) => {
      const involved = event['involvedObject'] as { kind: string; name: string };
      return involved.kind === kind && involved.name === regarding;
    });
  }

  async #refused(object: KubernetesObject, message: string): Promise<void> {
    try {
      await this.#apply(object);
    } catch (error) {
      if (!isCapstanError(error) || !messageOf(error).includes(message)) {
        throw new Error(`refused with "${messageOf(error)}", not with "${message}"`);
      }
      return;
    }
    throw new Error(`${object.kind} ${object.metadata.name} was accepted, not refused with "${message}"`);
  }

  async #apply(object: KubernetesObject): Promise<void> {
    const resource = await this.#client.discovery.find(object);
    const metadata = resource?.namespaced ? { namespace: this.#namespace, ...object.metadata } : object.metadata;
    await this.#client.apply({ ...object, metadata }, { fieldManager: 'author', force: true });
  }

  async #uidOf(name: ObjectName): Promise<string> {
    const until = Date.now() + this.#deadlineMs;
    for (;;) {
      const uid = (await this.#client.get(this.#reference(name)))?.metadata.uid;
      if (uid) return uid;
      if (Date.now() > until) throw new Error(`${name} does not exist`);
      await sleep(100);
    }
  }

  #reference(written: ObjectName): ObjectReference {
    const [apiVersion = '', kind = '', name = ''] = this.#text(written).split(' ');
    return { apiVersion, kind, name, namespace: this.#namespace };
  }

  #text(text: string): string {
    return text.replaceAll(/\$\{(\w+)\}/g, (all, word: string) => this.#words.get(word) ?? all);
  }

  /** `${word}` stands for what was remembered, in keys and values alike. */
  #filled<T>(value: T): T {
    return JSON.parse(this.#text(JSON.stringify(value))) as T;
  }
}
