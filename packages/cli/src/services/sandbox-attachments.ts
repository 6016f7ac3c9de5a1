export {
  type Attachment,
  attachService,
  detachService,
  listAttachments,
  parseService,
  parseTarget,
  serviceLabel,
  targetLabel,
} from '@capstan/sandbox';
