// A module of ours, so that it can be loaded late under these names from the sources and from a bundle.
export { EnvHttpProxyAgent, fetch } from 'undici';
