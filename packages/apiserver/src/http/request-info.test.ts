import { describe, expect, test } from 'vitest';
import { requestInfo } from './request-info.ts';

function info(method: string, target: string) {
  const [path = '', query = ''] = target.split('?');
  const { verb, group, version, namespace, resource, name, subresource, rest, isResource } = requestInfo(
    method,
    path,
    new URLSearchParams(query),
  );
  return isResource ? [verb, group, version, namespace, resource, name, subresource, rest].join(' ').trim() : verb;
}

describe('what a path asks for', () => {
  test.each([
    ['GET', '/api/v1/pods', 'list  v1  pods'],
    ['GET', '/api/v1/pods/', 'list  v1  pods'],
    ['GET', '/api/v1/pods?watch=True', 'watch  v1  pods'],
    ['GET', '/api/v1/pods?watch=0', 'list  v1  pods'],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name=a', 'list  v1  pods a'],
    ['GET', '/api/v1/pods?fieldSelector=status.phase=x,metadata.name%3D%3Da', 'list  v1  pods a'],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name!=a', 'list  v1  pods'],
    ['GET', '/api/v1/namespaces', 'list  v1  namespaces'],
    ['GET', '/api/v1/namespaces/a', 'get  v1 a namespaces a'],
    ['PUT', '/api/v1/namespaces/a/finalize', 'update  v1 a namespaces a finalize'],
    ['POST', '/apis/apps/v1/namespaces/a/deployments', 'create apps v1 a deployments'],
    ['PATCH', '/apis/apps/v1/namespaces/a/deployments/b/scale', 'patch apps v1 a deployments b scale'],
    ['DELETE', '/apis/apps/v1/namespaces/a/deployments', 'deletecollection apps v1 a deployments'],
    ['GET', '/api/v1/namespaces/a/pods/b/proxy/c/d', 'get  v1 a pods b proxy c/d'],
    ['GET', '/api/v1/watch/namespaces/a/pods/b', 'watch  v1 a pods b'],
    ['HEAD', '/api/v1/pods', 'list  v1  pods'],
    ['GET', '/', 'get'],
    ['GET', '/api/v1', 'get'],
    ['GET', '/apis/apps/v1', 'get'],
    ['POST', '/healthz', 'post'],
    ['GET', '/other/a/b/c', 'get'],
  ])('%s %s', (method, target, expected) => {
    expect(info(method, target).replace(/\s+$/, '')).toBe(expected);
  });
});
