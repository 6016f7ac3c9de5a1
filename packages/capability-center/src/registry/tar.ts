// A module of ours, so that it can be loaded late under these names from the sources and from a bundle.
export { extract, pack } from 'tar-stream';
