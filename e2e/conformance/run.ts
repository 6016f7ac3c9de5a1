// `pnpm conformance --docs`: writes docs/oam-conformance.md.
import { writeFileSync } from 'node:fs';
import { conformanceDocument, DOCUMENT } from './document.ts';

writeFileSync(DOCUMENT, conformanceDocument());
process.stderr.write(`wrote ${DOCUMENT}\n`);
