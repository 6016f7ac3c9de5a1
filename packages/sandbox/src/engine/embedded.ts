import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiServerCommand } from '../assets.ts';
import type { Engine } from './engine.ts';
import { frontSocket, PKI } from './files.ts';
import { API_SERVER } from './names.ts';

/** Our own API server, in a process of its own; the agent plays the controllers. */
export function embeddedEngine(): Engine {
  return {
    name: 'embedded',
    simulatesControllers: true,
    async programs({ paths, port, ...assets }) {
      const pki = (name: string) => join(paths.pki, name);
      const config = join(paths.config, 'apiserver.json');
      const settings = {
        port,
        dataDirectory: paths.apiServerData,
        tls: { certificate: pki(PKI.server), key: pki(PKI.serverKey), ca: pki(PKI.ca) },
        clientCa: pki(PKI.ca),
        tokens: pki(PKI.tokenTable),
        serviceAccountKey: pki(PKI.serviceAccountKey),
        proxyClient: { certificate: pki(PKI.proxyClient), key: pki(PKI.proxyClientKey), ca: pki(PKI.proxyCa) },
        serviceProxySocket: frontSocket(paths),
        serviceCa: pki(PKI.ca),
      };
      await writeFile(config, JSON.stringify(settings), { mode: 0o600 });
      const { command, args } = apiServerCommand(assets);
      return { server: [{ name: API_SERVER, command, args: [...args, config] }], clients: [] };
    },
  };
}
