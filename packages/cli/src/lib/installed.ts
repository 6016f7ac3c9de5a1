// What listing installed capabilities needs of the capability center, and nothing more: imported lazily, and a bundler
// leaves out what it does not name.
export { listInstalled } from '@capstan/capability-center';
