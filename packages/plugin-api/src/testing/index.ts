export { type CrdSchema, specSchemaOf, undescribedFields, unstatedFields } from './crd-fields.ts';
export { type GoldenFile, goldenFilesIn } from './golden-files.ts';
