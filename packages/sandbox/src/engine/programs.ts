import { join } from 'node:path';
import type { SandboxPaths } from '../lifecycle/paths.ts';
import { type EngineFiles, PKI } from './files.ts';

/** The programs of the real engine that are built from Go modules. */
export const BINARIES = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;

/** Name of one of these programs. */
export type BinaryName = (typeof BINARIES)[number];

/** What the command lines need to know. */
export interface EngineSettings {
  readonly paths: SandboxPaths;
  readonly files: EngineFiles;
  readonly port: number;
  /** kwok's stage files. */
  readonly stageFiles: readonly string[];
}

/** A command line, and what its environment needs beside the common part. */
export interface ProgramStart {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/**
 * etcd takes `unix://host:port` and listens on the relative file name `host:port` below its working directory. So no
 * TCP port is open: etcd without TLS would let every local user read and write all objects.
 */
const ETCD_CLIENT = 'etcd:1';
const ETCD_PEER = 'unix://peer:1';

/** The file of etcd's client socket. */
export function etcdSocket(paths: SandboxPaths): string {
  return join(paths.sockets, ETCD_CLIENT);
}

/** How each program is started. */
export const PROGRAMS: Readonly<Record<BinaryName, (settings: EngineSettings) => ProgramStart>> = {
  etcd: ({ paths }) => ({
    cwd: paths.sockets,
    args: [
      '--name=sandbox',
      `--data-dir=${paths.etcdData}`,
      `--listen-client-urls=unix://${ETCD_CLIENT}`,
      `--advertise-client-urls=unix://${ETCD_CLIENT}`,
      `--listen-peer-urls=${ETCD_PEER}`,
      `--initial-advertise-peer-urls=${ETCD_PEER}`,
      `--initial-cluster=sandbox=${ETCD_PEER}`,
      '--unsafe-no-fsync',
      '--auto-compaction-mode=periodic',
      '--auto-compaction-retention=10m',
      '--log-level=warn',
    ],
  }),
  'kube-apiserver': ({ paths, files, port }) => {
    const pki = (name: string) => join(paths.pki, name);
    return {
      // Where a webhook's caBundle is empty, Go trusts the system's roots: these are the sandbox's own.
      env: { SSL_CERT_FILE: pki(PKI.ca), SSL_CERT_DIR: paths.pki },
      args: [
        `--etcd-servers=unix://${etcdSocket(paths)}`,
        '--bind-address=127.0.0.1',
        '--advertise-address=127.0.0.1',
        `--secure-port=${port}`,
        `--cert-dir=${paths.pki}`,
        `--tls-cert-file=${pki(PKI.server)}`,
        `--tls-private-key-file=${pki(PKI.serverKey)}`,
        `--token-auth-file=${pki(PKI.tokenTable)}`,
        '--authorization-mode=RBAC',
        '--service-account-issuer=https://kubernetes.default.svc',
        `--service-account-key-file=${pki(PKI.serviceAccountKey)}`,
        `--service-account-signing-key-file=${pki(PKI.serviceAccountKey)}`,
        '--service-cluster-ip-range=10.96.0.0/16',
        '--endpoint-reconciler-type=none',
        '--allow-privileged=true',
        // Without a front proxy identity aggregated calls would arrive as system:anonymous.
        `--requestheader-client-ca-file=${pki(PKI.proxyCa)}`,
        '--requestheader-allowed-names=front-proxy-client',
        '--requestheader-username-headers=X-Remote-User',
        '--requestheader-group-headers=X-Remote-Group',
        '--requestheader-extra-headers-prefix=X-Remote-Extra-',
        `--proxy-client-cert-file=${pki(PKI.proxyClient)}`,
        `--proxy-client-key-file=${pki(PKI.proxyClientKey)}`,
        `--egress-selector-config-file=${files.egress}`,
        '--profiling=false',
      ],
    };
  },
  'kube-controller-manager': ({ paths, files }) => ({
    args: [
      `--kubeconfig=${files.controllerManagerKubeconfig}`,
      ...RAISED_LIMITS,
      '--leader-elect=false',
      '--secure-port=0',
      `--service-account-private-key-file=${join(paths.pki, PKI.serviceAccountKey)}`,
      '--use-service-account-credentials=true',
      `--root-ca-file=${join(paths.pki, PKI.ca)}`,
      '--enable-hostpath-provisioner=true',
      // Nobody reports for a simulated Node as often as a kubelet does.
      '--node-monitor-grace-period=2h',
      '--profiling=false',
    ],
  }),
  'kube-scheduler': ({ files }) => ({
    args: [`--kubeconfig=${files.schedulerKubeconfig}`, ...RAISED_LIMITS, '--leader-elect=false', '--secure-port=0'],
  }),
  kwok: ({ paths, stageFiles }) => ({
    env: { KWOK_WORKDIR: paths.config },
    args: [
      `--kubeconfig=${paths.kubeconfig}`,
      '--manage-all-nodes=true',
      '--cidr=10.244.0.0/16',
      ...stageFiles.map((file) => `--config=${file}`),
    ],
  }),
};

/** With the default of 20 requests per second 100 Deployments take 27 s to be ready, with these 4 s. */
const RAISED_LIMITS = ['--kube-api-qps=1000', '--kube-api-burst=2000'];
