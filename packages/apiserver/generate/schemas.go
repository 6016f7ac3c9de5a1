package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// What the server needs of a schema; descriptions are not facts.
var keptKeywords = []string{
	"type", "format", "nullable", "enum", "default", "required", "$ref",
	"x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-patch-strategy",
	"x-kubernetes-patch-merge-key", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string",
	"x-kubernetes-embedded-resource", "x-kubernetes-unions", "x-kubernetes-group-version-kind",
}

// reducedSchemas merges the definitions of all served groups, as a real API server publishes them: the files in the module
// lack the values of enumerations. A name means the same in each document.
func reducedSchemas(kubeconfig string, resources []Resource) (map[string]any, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	definitions := map[string]any{}
	read := map[string]bool{}
	for _, resource := range resources {
		name := "/openapi/v3/apis/" + resource.Group + "/" + resource.Version
		if resource.Group == "" {
			name = "/openapi/v3/api/" + resource.Version
		}
		if read[name] {
			continue
		}
		read[name] = true
		request := client.Discovery().RESTClient().Get().AbsPath(name).SetHeader("Accept", "application/json")
		text, err := request.DoRaw(context.Background())
		if err != nil {
			return nil, err
		}
		var document struct {
			Components struct {
				Schemas map[string]map[string]any `json:"schemas"`
			} `json:"components"`
		}
		if err := json.Unmarshal(text, &document); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for definition, node := range document.Components.Schemas {
			definitions[definition] = reduce(node)
		}
	}
	return definitions, nil
}

func reduce(node map[string]any) map[string]any {
	result := map[string]any{}
	for _, keyword := range keptKeywords {
		if value, ok := node[keyword]; ok {
			result[keyword] = value
		}
	}
	if reference, ok := result["$ref"].(string); ok {
		result["$ref"] = strings.TrimPrefix(reference, "#/components/schemas/")
	}
	for _, keyword := range []string{"items", "additionalProperties"} {
		if child, ok := node[keyword].(map[string]any); ok {
			result[keyword] = reduce(child)
		} else if value, ok := node[keyword]; ok {
			result[keyword] = value
		}
	}
	// A reference with siblings is written as allOf with one entry, because a $ref hides its siblings.
	if all, ok := node["allOf"].([]any); ok {
		for _, part := range all {
			for keyword, value := range reduce(part.(map[string]any)) {
				result[keyword] = value
			}
		}
	}
	if one, ok := node["oneOf"].([]any); ok {
		branches := []any{}
		for _, part := range one {
			branches = append(branches, reduce(part.(map[string]any)))
		}
		result["oneOf"] = branches
	}
	if properties, ok := node["properties"].(map[string]any); ok {
		reduced := map[string]any{}
		for name, property := range properties {
			reduced[name] = reduce(property.(map[string]any))
		}
		result["properties"] = reduced
	}
	return result
}
