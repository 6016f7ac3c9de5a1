/*
 * Node's HTTP clients without an `import`: that would read every property of node:http, among them the one that loads the
 * whole implementation of fetch, which costs more than any other module of this package.
 */

/** `request` of node:http. */
export const requestHttp = process.getBuiltinModule('node:http').request;

/** `request` of node:https. */
export const requestHttps = process.getBuiltinModule('node:https').request;
