export type { ApiServer, ApiServerOptions, KeyPair, ServiceDialer } from './model/options.ts';
export { startApiServer } from './server.ts';
