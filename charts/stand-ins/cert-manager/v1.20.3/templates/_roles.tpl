{{/* Rights in the whole cluster. Those that are aggregated go to people; the others are bound to the component's account. */}}
{{- define "cert-manager.clusterRoles" -}}
cert-manager-cainjector:
  component: cainjector
  rules:
    - { apiGroups: [cert-manager.io], resources: [certificates], verbs: [get, list, watch] }
    - { apiGroups: [''], resources: [secrets], verbs: [get, list, watch] }
    - { apiGroups: [''], resources: [events], verbs: [get, create, update, patch] }
    - apiGroups: [admissionregistration.k8s.io]
      resources: [validatingwebhookconfigurations, mutatingwebhookconfigurations]
      verbs: &inject [get, list, watch, update, patch]
    - { apiGroups: [apiregistration.k8s.io], resources: [apiservices], verbs: *inject }
    - { apiGroups: [apiextensions.k8s.io], resources: [customresourcedefinitions], verbs: *inject }
cert-manager-controller-issuers:
  component: controller
  rules:
    - { apiGroups: [cert-manager.io], resources: [issuers, issuers/status], verbs: [update, patch] }
    - { apiGroups: [cert-manager.io], resources: [issuers], verbs: [get, list, watch] }
    - &accounts { apiGroups: [''], resources: [secrets], verbs: [get, list, watch, create, update, delete] }
    - &events { apiGroups: [''], resources: [events], verbs: [create, patch] }
cert-manager-controller-clusterissuers:
  component: controller
  rules:
    - { apiGroups: [cert-manager.io], resources: [clusterissuers, clusterissuers/status], verbs: [update, patch] }
    - { apiGroups: [cert-manager.io], resources: [clusterissuers], verbs: [get, list, watch] }
    - *accounts
    - *events
cert-manager-controller-certificates:
  component: controller
  rules:
    - apiGroups: [cert-manager.io]
      resources: [certificates, certificates/status, certificaterequests, certificaterequests/status]
      verbs: [update, patch]
    - apiGroups: [cert-manager.io]
      resources: [certificates, certificaterequests, clusterissuers, issuers]
      verbs: [get, list, watch]
    - apiGroups: [cert-manager.io]
      resources: [certificates/finalizers, certificaterequests/finalizers]
      verbs: [update]
    - { apiGroups: [acme.cert-manager.io], resources: [orders], verbs: [create, delete, get, list, watch] }
    - { apiGroups: [''], resources: [secrets], verbs: [get, list, watch, create, update, delete, patch] }
    - *events
cert-manager-controller-orders:
  component: controller
  rules:
    - { apiGroups: [acme.cert-manager.io], resources: [orders, orders/status], verbs: [update, patch] }
    - { apiGroups: [acme.cert-manager.io], resources: [orders, challenges], verbs: [get, list, watch] }
    - &issuers { apiGroups: [cert-manager.io], resources: [clusterissuers, issuers], verbs: [get, list, watch] }
    - { apiGroups: [acme.cert-manager.io], resources: [challenges], verbs: [create, delete] }
    - { apiGroups: [acme.cert-manager.io], resources: [orders/finalizers], verbs: [update] }
    - apiGroups: [cert-manager.io]
      resources: [clusterissuers/finalizers, issuers/finalizers]
      verbs: [update]
    - &secrets { apiGroups: [''], resources: [secrets], verbs: [get, list, watch] }
    - *events
cert-manager-controller-challenges:
  component: controller
  rules:
    - { apiGroups: [acme.cert-manager.io], resources: [challenges, challenges/status], verbs: [update, patch] }
    - { apiGroups: [acme.cert-manager.io], resources: [challenges], verbs: [get, list, watch] }
    - *issuers
    - *secrets
    - *events
    - { apiGroups: [''], resources: [pods, services], verbs: [get, list, watch, create, delete] }
    - apiGroups: [networking.k8s.io]
      resources: [ingresses]
      verbs: &answers [get, list, watch, create, delete, update]
    - { apiGroups: [gateway.networking.k8s.io], resources: [httproutes], verbs: *answers }
    - { apiGroups: [route.openshift.io], resources: [routes/custom-host], verbs: [create] }
    - { apiGroups: [acme.cert-manager.io], resources: [challenges/finalizers], verbs: [update] }
cert-manager-controller-ingress-shim:
  component: controller
  rules:
    - apiGroups: [cert-manager.io]
      resources: [certificates, certificaterequests]
      verbs: [create, update, delete]
    - apiGroups: [cert-manager.io]
      resources: [certificates, certificaterequests, issuers, clusterissuers]
      verbs: [get, list, watch]
    - { apiGroups: [networking.k8s.io], resources: [ingresses], verbs: [get, list, watch] }
    - { apiGroups: [networking.k8s.io], resources: [ingresses/finalizers], verbs: [update] }
    - apiGroups: [gateway.networking.k8s.io]
      resources: [gateways, httproutes, listenersets]
      verbs: [get, list, watch]
    - apiGroups: [gateway.networking.k8s.io]
      resources: [gateways/finalizers, httproutes/finalizers, listenersets/finalizers]
      verbs: [update]
    - *events
cert-manager-controller-approve:cert-manager-io:
  component: controller
  label: cert-manager
  rules:
    - &sign
      apiGroups: [cert-manager.io]
      resources: [signers]
      resourceNames: [issuers.cert-manager.io/*, clusterissuers.cert-manager.io/*]
      verbs: [approve]
cert-manager-controller-certificatesigningrequests:
  component: controller
  label: cert-manager
  rules:
    - apiGroups: [certificates.k8s.io]
      resources: [certificatesigningrequests]
      verbs: [get, list, watch, update]
    - { apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/status], verbs: [update, patch] }
    - { <<: *sign, apiGroups: [certificates.k8s.io], verbs: [sign] }
    - &reviews { apiGroups: [authorization.k8s.io], resources: [subjectaccessreviews], verbs: [create] }
cert-manager-webhook:subjectaccessreviews:
  component: webhook
  rules: [*reviews]
cert-manager-cluster-view:
  component: controller
  aggregateTo: [cluster-reader]
  rules:
    - { apiGroups: [cert-manager.io], resources: [clusterissuers], verbs: [get, list, watch] }
cert-manager-view:
  component: controller
  aggregateTo: [view, edit, admin, cluster-reader]
  rules:
    - apiGroups: [cert-manager.io]
      resources: [certificates, certificaterequests, issuers]
      verbs: [get, list, watch]
    - { apiGroups: [acme.cert-manager.io], resources: [challenges, orders], verbs: [get, list, watch] }
cert-manager-edit:
  component: controller
  aggregateTo: [edit, admin]
  rules:
    - apiGroups: [cert-manager.io]
      resources: [certificates, certificaterequests, issuers]
      verbs: [create, delete, deletecollection, patch, update]
    - { apiGroups: [cert-manager.io], resources: [certificates/status], verbs: [update] }
    - apiGroups: [acme.cert-manager.io]
      resources: [challenges]
      verbs: [delete, deletecollection, patch, update]
    - { apiGroups: [acme.cert-manager.io], resources: [orders], verbs: [delete, deletecollection] }
{{- end }}

{{/* Rights in one namespace: that of the release, or where leaders are elected. */}}
{{- define "cert-manager.roles" -}}
cert-manager:leaderelection:
  component: controller
  in: election
  rules:
    - &create { apiGroups: [coordination.k8s.io], resources: [leases], verbs: [create] }
    - &lead
      apiGroups: [coordination.k8s.io]
      resources: [leases]
      resourceNames: [cert-manager-controller]
      verbs: [get, update, patch]
cert-manager-cainjector:leaderelection:
  component: cainjector
  in: election
  rules:
    - *create
    - <<: *lead
      resourceNames: [cert-manager-cainjector-leader-election, cert-manager-cainjector-leader-election-core]
cert-manager-tokenrequest:
  component: controller
  in: release
  rules:
    - { apiGroups: [''], resources: [serviceaccounts/token], resourceNames: [cert-manager], verbs: [create] }
cert-manager-webhook:dynamic-serving:
  component: webhook
  in: release
  rules:
    - apiGroups: ['']
      resources: [secrets]
      resourceNames: [cert-manager-webhook-ca]
      verbs: [get, list, watch, update]
    - { apiGroups: [''], resources: [secrets], verbs: [create] }
{{- end }}
