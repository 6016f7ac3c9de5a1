package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// creation is an object and what a real API server makes of it, or why it refuses it.
type creation struct {
	Name   string          `json:"name"`
	Object json.RawMessage `json:"object"`
	Code   int             `json:"code,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
	// Of a 422.
	Causes   []metav1.StatusCause `json:"causes,omitempty"`
	Message  string               `json:"message,omitempty"`
	Warnings []string             `json:"warnings,omitempty"`
}

// recordCreations asks a real server what becomes of each object in the file, without storing any, and writes that there.
// Without a file named by `more` only the answers are renewed; with it, its objects ({name, object}) replace the old ones.
func recordCreations(kubeconfig, file, more string, resources []Resource) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = -1
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	cases, err := readCreations(file, more)
	if err != nil {
		return err
	}
	for i := range cases {
		if err := record(client, config.Host, &cases[i], resources); err != nil {
			return fmt.Errorf("%s: %w", cases[i].Name, err)
		}
	}
	return writeAsset(file, cases)
}

func readCreations(file, more string) ([]creation, error) {
	var cases []creation
	if more != "" {
		text, err := os.ReadFile(more)
		if err != nil {
			return nil, err
		}
		return cases, json.Unmarshal(text, &cases)
	}
	compressed, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer compressed.Close()
	reader, err := gzip.NewReader(compressed)
	if err != nil {
		return nil, err
	}
	return cases, json.NewDecoder(reader).Decode(&cases)
}

func record(client *http.Client, host string, one *creation, resources []Resource) error {
	var kind metav1.TypeMeta
	if err := json.Unmarshal(one.Object, &kind); err != nil {
		return err
	}
	path, err := collection(kind, resources)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, host+path+"?dryRun=All&fieldValidation=Ignore", strings.NewReader(string(one.Object)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	*one = creation{Name: one.Name, Object: one.Object, Code: response.StatusCode}
	for _, warning := range response.Header.Values("Warning") {
		one.Warnings = append(one.Warnings, strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(warning, `299 - "`), `"`), `\"`, `"`))
	}
	if response.StatusCode == http.StatusCreated {
		return json.NewDecoder(response.Body).Decode(&one.Body)
	}
	var status metav1.Status
	if err := json.NewDecoder(response.Body).Decode(&status); err != nil {
		return err
	}
	if status.Details != nil && response.StatusCode == http.StatusUnprocessableEntity {
		one.Causes = status.Details.Causes
		return nil
	}
	one.Message = status.Message
	return nil
}

func collection(kind metav1.TypeMeta, resources []Resource) (string, error) {
	for _, resource := range resources {
		version := resource.Version
		prefix := "/api/"
		if resource.Group != "" {
			version, prefix = resource.Group+"/"+version, "/apis/"
		}
		if version != kind.APIVersion || resource.Kind != kind.Kind {
			continue
		}
		if resource.Namespaced {
			return prefix + version + "/namespaces/default/" + resource.Resource, nil
		}
		return prefix + version + "/" + resource.Resource, nil
	}
	return "", fmt.Errorf("%s %s is not served", kind.APIVersion, kind.Kind)
}
