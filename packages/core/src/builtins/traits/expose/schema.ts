import { record, type Schema, text, textMap } from '@capstan/oam-model';
import { nameOf } from '../../pods/schema.ts';

/** The spec of an Expose trait; the CRD describes it. */
export interface ExposeSpec {
  readonly hostname?: string;
  readonly path: string;
  readonly pathType: 'Prefix' | 'Exact' | 'ImplementationSpecific';
  readonly servicePort?: number;
  readonly tls?: { readonly secret: string };
  readonly ingressClass?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** With a letter or a hyphen in it: IP addresses, which an Ingress does not take as hosts, end in a number. */
const LAST_LABEL = '([0-9]*[a-z]([-a-z0-9]*[a-z0-9])?|[0-9]+-[-a-z0-9]*[a-z0-9])';

/** One part of a path; an Ingress takes neither `.` nor `..` as one, nor an escaped slash in it. */
const SEGMENT = '([^/%.]|\\.[^/%.]|\\.\\.[^/%])[^/%]*';

/** The schema of `spec` of an Expose trait. */
export const exposeSpec: Schema = record('Which requests from outside reach the component.', {
  hostname: text(
    'Host of the requests, for example shop.example.org or *.example.org. Every host where it is left out.',
    {
      minLength: 1,
      maxLength: 253,
      pattern: `^(\\*\\.)?(${LABEL}\\.)*${LAST_LABEL}$`,
    },
  ),
  path: text('Path of the requests.', { default: '/', maxLength: 1024, pattern: `^(/|(/${SEGMENT})+/?)$` }),
  pathType: text('How the path is compared.', {
    default: 'Prefix',
    enum: ['Prefix', 'Exact', 'ImplementationSpecific'],
  }),
  servicePort: {
    description: "Port of the component's Service; its first one where it is left out.",
    type: 'integer',
    minimum: 1,
    maximum: 65535,
  },
  tls: record('Serves the host over TLS.', {
    'secret!': nameOf('Secret of the namespace that holds the certificate, of type kubernetes.io/tls.'),
  }),
  ingressClass: nameOf("Which ingress controller serves it; the cluster's default one where it is left out."),
  annotations: textMap('Annotations that the ingress controller reads.'),
});
