export { aPackage, aPackageSource, aTrait } from './builders.ts';
