package main

import (
	"context"
	"encoding/json"
	"sort"

	apidiscovery "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/endpoints/deprecation"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// Resource is one row of the resource table. Names are short: the table is read by every start of the server.
type Resource struct {
	Group       string        `json:"group"`
	Version     string        `json:"version"`
	Resource    string        `json:"resource"`
	Singular    string        `json:"singular"`
	Kind        string        `json:"kind"`
	Namespaced  bool          `json:"namespaced,omitempty"`
	ShortNames  []string      `json:"shortNames,omitempty"`
	Categories  []string      `json:"categories,omitempty"`
	Verbs       []string      `json:"verbs"`
	Subresource []Subresource `json:"subresources,omitempty"`
	// StorageHash names the version that objects are stored in.
	StorageHash string `json:"storageHash,omitempty"`
	Deprecation string `json:"deprecation,omitempty"`
}

// Subresource is a subresource of a row; Kind is set where its body has another kind than the resource.
type Subresource struct {
	Name  string   `json:"name"`
	Verbs []string `json:"verbs"`
	Kind  *GVK     `json:"kind,omitempty"`
}

// GVK is a group, version and kind.
type GVK struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

func (r Resource) gvk() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: r.Group, Version: r.Version, Kind: r.Kind}
}

const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

// servedResources asks a real API server what it serves; types that are not Kubernetes' own are left out.
func servedResources(kubeconfig string) ([]Resource, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	get := func(path, accept string, into any) error {
		raw, err := client.Discovery().RESTClient().Get().AbsPath(path).SetHeader("Accept", accept).DoRaw(context.Background())
		if err != nil {
			return err
		}
		return json.Unmarshal(raw, into)
	}
	var result []Resource
	for _, path := range []string{"/api", "/apis"} {
		var list apidiscovery.APIGroupDiscoveryList
		if err := get(path, aggregated, &list); err != nil {
			return nil, err
		}
		for _, group := range list.Items {
			for _, version := range group.Versions {
				gv := schema.GroupVersion{Group: group.Name, Version: version.Version}
				if len(version.Resources) == 0 || !legacyscheme.Scheme.Recognizes(gv.WithKind(version.Resources[0].ResponseKind.Kind)) {
					continue
				}
				var legacy metav1.APIResourceList
				prefix := "/apis/" + gv.String()
				if gv.Group == "" {
					prefix = "/api/" + gv.Version
				}
				if err := get(prefix, "application/json", &legacy); err != nil {
					return nil, err
				}
				for _, one := range version.Resources {
					row, err := resourceRow(gv, one, legacy)
					if err != nil {
						return nil, err
					}
					result = append(result, row)
				}
			}
		}
	}
	return result, nil
}

func resourceRow(gv schema.GroupVersion, one apidiscovery.APIResourceDiscovery, legacy metav1.APIResourceList) (Resource, error) {
	row := Resource{
		Group: gv.Group, Version: gv.Version, Resource: one.Resource, Singular: one.SingularResource,
		Kind: one.ResponseKind.Kind, Namespaced: one.Scope == apidiscovery.ScopeNamespace,
		ShortNames: one.ShortNames, Categories: one.Categories, Verbs: one.Verbs,
	}
	for _, sub := range one.Subresources {
		entry := Subresource{Name: sub.Subresource, Verbs: sub.Verbs}
		if kind := sub.ResponseKind; kind != nil && (kind.Kind != row.Kind || kind.Group != "" || kind.Version != "") {
			entry.Kind = &GVK{Group: orElse(kind.Group, gv.Group, kind.Version), Version: orElse(kind.Version, gv.Version, ""), Kind: kind.Kind}
		}
		row.Subresource = append(row.Subresource, entry)
	}
	object, err := legacyscheme.Scheme.New(row.gvk())
	if err != nil {
		return row, err
	}
	if major, minor := 1, 35; deprecation.IsDeprecated(object, major, minor) {
		object.GetObjectKind().SetGroupVersionKind(row.gvk())
		row.Deprecation = deprecation.WarningMessage(object)
	}
	for _, entry := range legacy.APIResources {
		if entry.Name == one.Resource {
			row.StorageHash = entry.StorageVersionHash
		}
	}
	return row, nil
}

// orElse gives the fallback where the discovery leaves out what is the resource's own.
func orElse(value, fallback, other string) string {
	if value == "" && other == "" {
		return fallback
	}
	return value
}

// rootKinds are all kinds that a request body may have.
func rootKinds(resources []Resource) []schema.GroupVersionKind {
	seen := map[schema.GroupVersionKind]bool{}
	add := func(group, version, kind string) {
		gvk := schema.GroupVersionKind{Group: group, Version: version, Kind: kind}
		if legacyscheme.Scheme.Recognizes(gvk) {
			seen[gvk] = true
		}
	}
	for _, resource := range resources {
		add(resource.Group, resource.Version, resource.Kind)
		for _, sub := range resource.Subresource {
			if sub.Kind != nil {
				add(sub.Kind.Group, sub.Kind.Version, sub.Kind.Kind)
			}
		}
	}
	for _, kind := range []string{"DeleteOptions", "Status"} {
		add("", "v1", kind)
	}
	kinds := make([]schema.GroupVersionKind, 0, len(seen))
	for kind := range seen {
		kinds = append(kinds, kind)
	}
	sort.Slice(kinds, func(i, j int) bool { return kinds[i].String() < kinds[j].String() })
	return kinds
}
