package main

import (
	"encoding/json"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// probedDefaults finds the defaults that a field always gets where its struct is there: each kind is built with every
// struct, and a list or map entry of each, but no scalar set; what Kubernetes' defaulting then sets is compared over all
// places where the struct occurs. Defaults that depend on something are not in the table.
func probedDefaults(resources []Resource) map[string]map[string]any {
	probe := probe{set: map[fieldName]map[string]int{}, seen: map[string]int{}}
	for _, kind := range rootKinds(resources) {
		for _, pointers := range []bool{true, false} {
			object, err := legacyscheme.Scheme.New(kind)
			if err != nil {
				panic(err)
			}
			fill(reflect.ValueOf(object).Elem(), pointers, 0)
			before := object.DeepCopyObject()
			legacyscheme.Scheme.Default(object)
			probe.compare(reflect.ValueOf(before).Elem(), reflect.ValueOf(object).Elem())
		}
	}
	return probe.table()
}

const probeDepth = 14

// Defaults that depend on more than this probe varies: the time, the image's tag, another field.
var conditional = map[fieldName]bool{
	{"io.k8s.api.core.v1.Container", "imagePullPolicy"}:                  true,
	{"io.k8s.api.core.v1.EphemeralContainerCommon", "imagePullPolicy"}:   true,
	{"io.k8s.api.core.v1.ImageVolumeSource", "pullPolicy"}:               true,
	{"io.k8s.api.core.v1.ServiceSpec", "internalTrafficPolicy"}:          true,
	{"io.k8s.api.resource.v1.DeviceTaint", "timeAdded"}:                  true,
	{"io.k8s.api.apps.v1.RollingUpdateDeployment", "maxSurge"}:           true,
	{"io.k8s.api.apps.v1.RollingUpdateDeployment", "maxUnavailable"}:     true,
	{"io.k8s.api.apps.v1.RollingUpdateDaemonSet", "maxSurge"}:            true,
	{"io.k8s.api.apps.v1.RollingUpdateDaemonSet", "maxUnavailable"}:      true,
	{"io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy", "partition"}: true,
	{"io.k8s.api.networking.v1.NetworkPolicySpec", "policyTypes"}:        true,
	{"io.k8s.api.resource.v1.DeviceSubRequest", "count"}:                 true,
	{"io.k8s.api.resource.v1.ExactDeviceRequest", "count"}:               true,
}

// fill makes everything that can hold a struct, or everything but what is behind pointers.
func fill(value reflect.Value, pointers bool, depth int) {
	if _, ok := special[value.Type()]; ok || depth > probeDepth {
		return
	}
	switch value.Kind() {
	case reflect.Pointer:
		if elem := value.Type().Elem(); pointers && elem.Kind() == reflect.Struct && special[elem] == "" {
			value.Set(reflect.New(elem))
			fill(value.Elem(), pointers, depth+1)
		}
	case reflect.Slice:
		if elem := value.Type().Elem(); elem.Kind() == reflect.Struct && special[elem] == "" {
			value.Set(reflect.MakeSlice(value.Type(), 1, 1))
			fill(value.Index(0), pointers, depth+1)
		}
	case reflect.Struct:
		for i := range value.NumField() {
			if field := value.Type().Field(i); field.IsExported() && field.Type != typeMeta && field.Name != "ObjectMeta" {
				fill(value.Field(i), pointers, depth+1)
			}
		}
	}
}

var typeMeta = reflect.TypeOf(runtime.TypeMeta{})

type fieldName struct{ owner, field string }

type probe struct {
	// How often a field was set, by the value as JSON.
	set map[fieldName]map[string]int
	// How often a struct occurred.
	seen map[string]int
}

func (p *probe) compare(before, after reflect.Value) {
	if _, ok := special[after.Type()]; ok {
		return
	}
	switch after.Kind() {
	case reflect.Pointer:
		if !after.IsNil() && !before.IsNil() {
			p.compare(before.Elem(), after.Elem())
		}
	case reflect.Slice:
		for i := range min(before.Len(), after.Len()) {
			p.compare(before.Index(i), after.Index(i))
		}
	case reflect.Struct:
		p.compareStruct(structName(after.Type()), before, after)
	}
}

func (p *probe) compareStruct(owner string, before, after reflect.Value) {
	p.seen[owner]++
	for i := range after.NumField() {
		field := after.Type().Field(i)
		name := strings.Split(field.Tag.Get("json"), ",")[0]
		if !field.IsExported() || field.Anonymous && name == "" && field.Name == "TypeMeta" {
			continue
		}
		if (field.Type.Kind() != reflect.Struct || special[field.Type] != "") && before.Field(i).IsZero() && !after.Field(i).IsZero() {
			text, err := json.Marshal(after.Field(i).Interface())
			if err != nil {
				panic(err)
			}
			key := fieldName{owner, name}
			if p.set[key] == nil {
				p.set[key] = map[string]int{}
			}
			p.set[key][string(text)]++
			continue
		}
		p.compare(before.Field(i), after.Field(i))
	}
}

func (p *probe) table() map[string]map[string]any {
	result := map[string]map[string]any{}
	for key, values := range p.set {
		for text, count := range values {
			if count != p.seen[key.owner] || conditional[key] || text == "{}" {
				continue
			}
			var value any
			if err := json.Unmarshal([]byte(text), &value); err != nil {
				panic(err)
			}
			if result[key.owner] == nil {
				result[key.owner] = map[string]any{}
			}
			result[key.owner][key.field] = value
		}
	}
	return result
}
