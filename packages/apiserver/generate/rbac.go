package main

import (
	"context"
	"encoding/json"
	"sort"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const bootstrapping = "kubernetes.io/bootstrapping"

// Role is a role or binding that every cluster begins with. What all of them have (the bootstrapping label, the autoupdate
// annotation) is left out.
type Role struct {
	Kind            string                  `json:"kind"`
	Namespace       string                  `json:"namespace,omitempty"`
	Name            string                  `json:"name"`
	Labels          map[string]string       `json:"labels,omitempty"`
	AggregationRule *rbacv1.AggregationRule `json:"aggregationRule,omitempty"`
	Rules           []rbacv1.PolicyRule     `json:"rules,omitempty"`
	RoleRef         *rbacv1.RoleRef         `json:"roleRef,omitempty"`
	Subjects        []rbacv1.Subject        `json:"subjects,omitempty"`
}

// bootstrapRoles asks a real API server for its bootstrap policy, aggregated roles with the rules that they were given.
func bootstrapRoles(kubeconfig string) ([]Role, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	var result []Role
	for _, path := range []string{"clusterroles", "clusterrolebindings", "roles", "rolebindings"} {
		raw, err := client.RbacV1().RESTClient().Get().Resource(path).
			VersionedParams(&metav1.ListOptions{LabelSelector: bootstrapping + "=rbac-defaults"}, metav1.ParameterCodec).
			SetHeader("Accept", "application/json").DoRaw(context.Background())
		if err != nil {
			return nil, err
		}
		var list struct {
			Kind  string `json:"kind"`
			Items []struct {
				Role
				Metadata metav1.ObjectMeta `json:"metadata"`
			} `json:"items"`
		}
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, err
		}
		sort.Slice(list.Items, func(a, b int) bool {
			left, right := list.Items[a].Metadata, list.Items[b].Metadata
			return left.Namespace+"/"+left.Name < right.Namespace+"/"+right.Name
		})
		for _, item := range list.Items {
			role := item.Role
			role.Kind = list.Kind[:len(list.Kind)-len("List")]
			role.Namespace, role.Name, role.Labels = item.Metadata.Namespace, item.Metadata.Name, item.Metadata.Labels
			delete(role.Labels, bootstrapping)
			result = append(result, role)
		}
	}
	return result, nil
}
