/** Commands that are run one after the other. */
export interface Session {
  readonly commands: readonly Command[];
  /** Further files in the session's folder, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Where the commands run, instead of the session's folder. */
  readonly directory?: string;
}

/** One command. */
export interface Command {
  /** The feature that its requests count for. */
  readonly label: string;
  /** `$(kubeconfig)` is the way through the recording proxy. */
  readonly argv: readonly string[];
  readonly fails?: boolean;
  /** It goes on until the session ends. */
  readonly background?: boolean;
}

const APP = `apiVersion: apps/v1
kind: Deployment
metadata: {name: app, labels: {app: app}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec: {containers: [{name: app, image: "app:{{ .Values.tag }}"}]}
---
apiVersion: v1
kind: Service
metadata: {name: app}
spec: {selector: {app: app}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app}
data: {tag: "{{ .Values.tag }}"}
---
apiVersion: session.example.com/v1
kind: Part
metadata: {name: app}
spec: {size: 1}
`;

const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: parts.session.example.com}
spec:
  group: session.example.com
  scope: Namespaced
  names: {plural: parts, singular: part, kind: Part}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
`;

/** A chart with what most charts have. */
export const CHART: Readonly<Record<string, string>> = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 0.1.0\n',
  'chart/values.yaml': 'replicas: 0\ntag: v1\n',
  'chart/crds/parts.yaml': CRD,
  'chart/templates/app.yaml': APP,
};

/** helm without `--wait`: nothing makes Deployments ready beside an API server alone. */
export const helmSession: Session = {
  commands: [
    helm('helm install', 'install app chart --create-namespace'),
    helm('helm list', 'list'),
    helm('helm status', 'status app'),
    helm('helm get', 'get all app'),
    helm('helm upgrade', 'upgrade app chart --set tag=v2'),
    helm('helm upgrade that fails', 'upgrade app chart --set replicas=many', true),
    helm('helm history', 'history app'),
    helm('helm rollback', 'rollback app 1'),
    helm('helm uninstall', 'uninstall app'),
    helm('helm install, client-side', 'install old chart --server-side=false'),
    helm('helm upgrade, client-side', 'upgrade old chart --server-side=false --set tag=v2'),
    helm('helm upgrade, from client-side to server-side', 'upgrade old chart --server-side=true --set tag=v3'),
    helm('helm uninstall, client-side', 'uninstall old'),
    helm('helm install that is there', 'install app chart --dry-run=server'),
    kubectl('kubectl delete crd', 'delete crd parts.session.example.com'),
    kubectl('kubectl delete namespace', 'delete namespace helm-session'),
  ],
};

function helm(label: string, line: string, fails = false): Command {
  return { label, argv: ['helm', ...line.split(' '), '--namespace', 'helm-session'], fails };
}

function kubectl(label: string, line: string, fails = false): Command {
  return { label, argv: ['kubectl', ...line.split(' ')], fails };
}

const inside = (label: string, line: string, fails = false) => kubectl(label, `${line} -n kubectl-session`, fails);

/** kubectl, as people use it. */
export const kubectlSession: Session = {
  files: {
    'app.yaml': APP.replace('{{ .Values.replicas }}', '0')
      .replaceAll('{{ .Values.tag }}', 'v1')
      .replace(/---\napiVersion: session[\s\S]*$/, ''),
    'app2.yaml': APP.replace('{{ .Values.replicas }}', '0')
      .replaceAll('{{ .Values.tag }}', 'v2')
      .replace(/---\napiVersion: session[\s\S]*$/, ''),
    'crd.yaml': CRD,
    'part.yaml': 'apiVersion: session.example.com/v1\nkind: Part\nmetadata: {name: p}\nspec: {size: 1}\n',
    'bad.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {replica: 1}\n',
    'patch.json': '[{"op":"replace","path":"/data/tag","value":"patched"}]',
  },
  commands: [
    kubectl('kubectl version', 'version'),
    kubectl('kubectl api-resources', 'api-resources'),
    kubectl('kubectl api-versions', 'api-versions'),
    kubectl('kubectl create namespace', 'create namespace kubectl-session'),
    inside('kubectl apply', 'apply -f app.yaml'),
    inside('kubectl apply, nothing new', 'apply -f app.yaml'),
    inside('kubectl diff', 'diff -f app2.yaml', true),
    inside('kubectl apply, changed', 'apply -f app2.yaml'),
    inside('kubectl apply --server-side', 'apply --server-side -f app.yaml --force-conflicts'),
    inside('kubectl apply --server-side, conflict', 'apply --server-side --field-manager=other -f app2.yaml', true),
    inside('kubectl apply, bad field', 'apply -f bad.yaml', true),
    inside('kubectl apply --dry-run=server', 'apply --dry-run=server -f app2.yaml'),
    kubectl('kubectl apply crd', 'apply -f crd.yaml'),
    kubectl('kubectl wait', 'wait --for=condition=Established crd/parts.session.example.com --timeout=20s'),
    inside('kubectl apply custom resource', 'apply -f part.yaml'),
    inside('kubectl get', 'get deployments,services,configmaps,parts'),
    inside('kubectl get -o yaml', 'get deployment app -o yaml'),
    inside('kubectl get -o wide', 'get deployment app -o wide'),
    inside('kubectl get, missing', 'get deployment none', true),
    kubectl('kubectl get -A', 'get configmaps -A -l session=none'),
    inside('kubectl describe', 'describe deployment app'),
    kubectl('kubectl explain', 'explain deployment.spec.strategy'),
    kubectl('kubectl explain custom resource', 'explain parts.spec'),
    inside('kubectl create configmap', 'create configmap made --from-literal=a=b'),
    inside('kubectl create secret', 'create secret generic made --from-literal=a=b'),
    inside('kubectl create deployment', 'create deployment made --image=i --replicas=0'),
    inside('kubectl create service', 'create service clusterip made --tcp=80'),
    inside('kubectl create ingress', 'create ingress made --rule=a.example.com/x=made:80'),
    inside('kubectl create job', 'create job made --image=i'),
    inside('kubectl create cronjob', 'create cronjob made --image=i --schedule=@daily'),
    inside('kubectl create quota', 'create quota made --hard=pods=5,requests.cpu=2'),
    inside('kubectl create role', 'create role made --verb=get --resource=pods'),
    inside('kubectl create rolebinding', 'create rolebinding made --role=made --user=u'),
    inside('kubectl create serviceaccount', 'create serviceaccount made'),
    inside('kubectl create token', 'create token made'),
    inside('kubectl create poddisruptionbudget', 'create poddisruptionbudget made --selector=a=b --min-available=1'),
    inside('kubectl expose', 'expose deployment made --port=80 --name=exposed'),
    inside('kubectl autoscale', 'autoscale deployment made --max=3'),
    inside('kubectl create default account', 'create serviceaccount default'),
    inside('kubectl run', 'run made --image=i --restart=Never'),
    inside('kubectl scale', 'scale deployment app --replicas=0'),
    inside('kubectl set image', 'set image deployment/app app=app:v9'),
    inside('kubectl set env', 'set env deployment/app A=b'),
    inside('kubectl rollout', 'rollout history deployment/app'),
    inside('kubectl rollout restart', 'rollout restart deployment/app'),
    inside('kubectl label', 'label configmap app l=m'),
    inside('kubectl label, taken', 'label configmap app l=n', true),
    inside('kubectl annotate', 'annotate configmap app l=m'),
    inside('kubectl patch', 'patch configmap app -p {"data":{"x":"y"}}'),
    inside('kubectl patch --type=merge', 'patch configmap app --type=merge -p {"data":{"x":"z"}}'),
    inside('kubectl patch --type=json', 'patch configmap app --type=json --patch-file=patch.json'),
    inside('kubectl replace', 'replace -f app.yaml --force=false'),
    inside('kubectl get events', 'get events'),
    inside('kubectl events', 'events'),
    inside('kubectl auth can-i', 'auth can-i delete pods'),
    inside('kubectl auth can-i --list', 'auth can-i --list'),
    inside('kubectl auth can-i --as', 'auth can-i delete pods --as=nobody', true),
    kubectl('kubectl auth whoami', 'auth whoami'),
    inside('kubectl delete', 'delete -f app.yaml --wait=false'),
    inside('kubectl delete --cascade=orphan', 'delete deployment made --cascade=orphan --wait=false'),
    inside('kubectl delete, missing', 'delete configmap none', true),
    inside('kubectl delete --all', 'delete configmap --all --wait=false'),
    kubectl('kubectl delete crd', 'delete -f crd.yaml'),
    kubectl('kubectl delete namespace', 'delete namespace kubectl-session'),
  ],
};

/** Capstan's tour: the platform engineer and the developer. */
export function tourSession(root: string): Session {
  const capstan = (label: string, line: string): Command => ({
    label,
    argv: [`${root}capstan`, ...line.split(' '), '--kubeconfig', '$(kubeconfig)'],
  });
  return {
    directory: root,
    commands: [
      capstan('capstan system install', 'system install --yes'),
      capstan('capstan center add', 'center add bundled capability-registry --mirror stand-ins=charts/stand-ins'),
      { ...capstan('capstan system run', 'system run'), background: true },
      capstan('capstan cap list', 'cap list'),
      capstan('capstan cap install', 'cap install keda --yes'),
      capstan('capstan cap status', 'cap status keda'),
      capstan('capstan trait list', 'trait list'),
      capstan('capstan explain', 'explain autoscale'),
      capstan('capstan up', 'up -f examples/helloworld/app.yaml'),
      capstan('capstan up, nothing new', 'up -f examples/helloworld/app.yaml'),
      capstan('capstan status', 'status helloworld --tree'),
      capstan('capstan delete', 'delete helloworld --yes'),
      capstan('capstan cap uninstall', 'cap uninstall keda --yes'),
    ],
  };
}
