export { type Admission, type AdmissionOptions, createAdmission } from './admission.ts';
export { ADMISSION_WEBHOOKS, type AdmissionWebhook } from './webhooks.ts';
