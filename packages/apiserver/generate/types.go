package main

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// TypeTable is how Go sees the types: what a field is called in JSON and in protobuf, and when it is left out.
type TypeTable struct {
	// Kinds maps "group/version/Kind" to the name of a struct.
	Kinds map[string]string `json:"kinds"`
	// Structs maps a struct's name to its fields.
	Structs map[string][]Field `json:"structs"`
}

// Field is [name in JSON, protobuf number (0: none), type, flags]. An inlined struct has the empty name.
// Flags: o = omitempty, z = omitzero. Types: see typeOf.
type Field [4]any

// Types with their own form in JSON.
var special = map[reflect.Type]string{
	reflect.TypeOf(resource.Quantity{}):                          "Quantity",
	reflect.TypeOf(metav1.Time{}):                                "Time",
	reflect.TypeOf(metav1.MicroTime{}):                           "MicroTime",
	reflect.TypeOf(metav1.Duration{}):                            "Duration",
	reflect.TypeOf(metav1.FieldsV1{}):                            "FieldsV1",
	reflect.TypeOf(intstr.IntOrString{}):                         "IntOrString",
	reflect.TypeOf(runtime.RawExtension{}):                       "RawExtension",
	reflect.TypeOf(apiextensions.JSON{}):                         "JSON",
	reflect.TypeOf(apiextensions.JSONSchemaPropsOrBool{}):        "SchemaOrBool",
	reflect.TypeOf(apiextensions.JSONSchemaPropsOrArray{}):       "SchemaOrArray",
	reflect.TypeOf(apiextensions.JSONSchemaPropsOrStringArray{}): "SchemaOrStrings",
}

func goTypes(resources []Resource) TypeTable {
	table := TypeTable{Kinds: map[string]string{}, Structs: map[string][]Field{}}
	for _, kind := range rootKinds(resources) {
		object, err := legacyscheme.Scheme.New(kind)
		if err != nil {
			panic(err)
		}
		table.Kinds[key(kind)] = table.add(reflect.TypeOf(object).Elem())
	}
	return table
}

func key(kind schema.GroupVersionKind) string {
	return kind.Group + "/" + kind.Version + "/" + kind.Kind
}

// add describes a struct and those that it refers to; it returns its name, which is that of its OpenAPI definition.
func (t TypeTable) add(one reflect.Type) string {
	name := structName(one)
	if _, known := t.Structs[name]; known {
		return name
	}
	t.Structs[name] = nil
	fields := []Field{}
	for i := range one.NumField() {
		field := one.Field(i)
		tag, hasTag := field.Tag.Lookup("json")
		parts := strings.Split(tag, ",")
		if !field.IsExported() || tag == "-" || !hasTag && !field.Anonymous {
			continue
		}
		jsonName, flags := parts[0], ""
		for _, option := range parts[1:] {
			switch option {
			case "omitempty":
				flags += "o"
			case "omitzero":
				flags += "z"
			case "inline":
			}
		}
		fields = append(fields, Field{jsonName, protobufNumber(field), t.typeOf(field.Type), flags})
	}
	t.Structs[name] = fields
	return name
}

func structName(one reflect.Type) string {
	path := strings.Split(one.PkgPath(), "/")
	host := strings.Split(path[0], ".")
	for i, j := 0, len(host)-1; i < j; i, j = i+1, j-1 {
		host[i], host[j] = host[j], host[i]
	}
	return strings.Join(append(append(host, path[1:]...), one.Name()), ".")
}

func protobufNumber(field reflect.StructField) int {
	parts := strings.Split(field.Tag.Get("protobuf"), ",")
	if len(parts) < 2 {
		return 0
	}
	number, err := strconv.Atoi(parts[1])
	if err != nil {
		panic(err)
	}
	return number
}

// typeOf writes a type as Go does, with a struct's name after '#', and named scalars and lists as `kind=pkg.Name`, since
// decoding errors show those names. The types of `special` are written with a leading '!'.
func (t TypeTable) typeOf(one reflect.Type) string {
	if name, ok := special[one]; ok {
		if strings.HasPrefix(name, "SchemaOr") {
			t.add(reflect.TypeOf(apiextensions.JSONSchemaProps{}))
		}
		return "!" + name
	}
	named := ""
	if one.PkgPath() != "" && one.Kind() != reflect.Struct {
		named = "=" + one.String()
	}
	switch one.Kind() {
	case reflect.Pointer:
		return "*" + t.typeOf(one.Elem())
	case reflect.Slice:
		if one.Elem().Kind() == reflect.Uint8 {
			return "bytes" + named
		}
		return "[]" + t.typeOf(one.Elem()) + listName(named)
	case reflect.Map:
		return "{" + t.typeOf(one.Key()) + "}" + t.typeOf(one.Elem())
	case reflect.Struct:
		return "#" + t.add(one)
	case reflect.String, reflect.Bool, reflect.Int32, reflect.Int64, reflect.Float64, reflect.Uint32, reflect.Uint64, reflect.Int, reflect.Uint8:
		return one.Kind().String() + named
	}
	panic(fmt.Sprintf("a field of the type %s is not known", one))
}

// listName marks a named list type, which is a message of its own in protobuf.
func listName(named string) string {
	if named == "" {
		return ""
	}
	return "@" + named[1:]
}

func sortedKeys[V any](values map[string]V) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
