package main

import (
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// typeDefinition is a type with its versions, and does for the field manager what a server's scheme does: it converts,
// defaults (nothing) and makes empty objects.
type typeDefinition struct {
	Group string `json:"group"`
	Kind  string `json:"kind"`
	// Hub is the version in which objects are stored.
	Hub string `json:"hub"`
	// Schemas are OpenAPI definitions by name. Steps choose one of them: a schema may change under an object.
	Schemas []map[string]json.RawMessage `json:"schemas"`
	// Renames says per version what fields of spec are called there, by their name in the hub.
	Renames map[string]map[string]string `json:"renames"`
	// Reset lists the paths that an endpoint resets, by subresource.
	Reset map[string][][]string `json:"reset"`
	// Empty is what an object of which nothing is set looks like.
	Empty map[string]any `json:"empty"`

	converters []managedfields.TypeConverter
}

func (t *typeDefinition) compile() error {
	for _, source := range t.Schemas {
		definitions := map[string]*spec.Schema{}
		for name, raw := range source {
			definition := &spec.Schema{}
			if err := json.Unmarshal(raw, definition); err != nil {
				return err
			}
			definitions[name] = definition
		}
		converter, err := managedfields.NewTypeConverter(definitions, false)
		if err != nil {
			return err
		}
		t.converters = append(t.converters, converter)
	}
	return nil
}

func (t *typeDefinition) resetFields(subresource string) map[fieldpath.APIVersion]*fieldpath.Set {
	paths := t.Reset[subresource]
	if len(paths) == 0 {
		return nil
	}
	set := fieldpath.NewSet()
	for _, names := range paths {
		parts := make([]any, len(names))
		for at, name := range names {
			parts[at] = name
		}
		set.Insert(fieldpath.MakePathOrDie(parts...))
	}
	result := map[fieldpath.APIVersion]*fieldpath.Set{}
	for version := range t.Renames {
		result[fieldpath.APIVersion(schema.GroupVersion{Group: t.Group, Version: version}.String())] = set
	}
	return result
}

// ConvertToVersion renames the fields of spec.
func (t *typeDefinition) ConvertToVersion(in runtime.Object, to runtime.GroupVersioner) (runtime.Object, error) {
	target, ok := to.(schema.GroupVersion)
	if !ok {
		return nil, fmt.Errorf("not a version: %v", to)
	}
	object, ok := in.(*unstructured.Unstructured)
	if !ok {
		return nil, fmt.Errorf("not unstructured: %T", in)
	}
	from := object.GroupVersionKind().GroupVersion()
	if from == target {
		return object, nil
	}
	names, known := t.Renames[target.Version]
	if target.Group != t.Group || !known {
		return nil, runtime.NewNotRegisteredErrForKind("oracle", target.WithKind(t.Kind))
	}
	result := object.DeepCopy()
	result.SetAPIVersion(target.String())
	if fields, ok := result.Object["spec"].(map[string]any); ok {
		result.Object["spec"] = renamed(fields, t.Renames[from.Version], names)
	}
	return result, nil
}

func renamed(fields map[string]any, from, to map[string]string) map[string]any {
	result := map[string]any{}
	hubNames := map[string]string{}
	for hub, name := range from {
		hubNames[name] = hub
	}
	for name, value := range fields {
		if hub, ok := hubNames[name]; ok {
			name = hub
		}
		if other, ok := to[name]; ok {
			name = other
		}
		result[name] = value
	}
	return result
}

// Convert is not used by field managers.
func (t *typeDefinition) Convert(_, _, _ any) error { return fmt.Errorf("not supported") }

// ConvertFieldLabel is not used by field managers.
func (t *typeDefinition) ConvertFieldLabel(_ schema.GroupVersionKind, label, value string) (string, string, error) {
	return label, value, nil
}

// Default sets nothing.
func (t *typeDefinition) Default(runtime.Object) {}

// New makes an empty object.
func (t *typeDefinition) New(kind schema.GroupVersionKind) (runtime.Object, error) {
	object := &unstructured.Unstructured{Object: runtime.DeepCopyJSON(t.Empty)}
	object.SetGroupVersionKind(kind)
	return object, nil
}
