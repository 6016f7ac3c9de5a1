package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand"
	"path/filepath"
	"reflect"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// fixture is one random object as Go writes it.
type fixture struct {
	Kind      GVK             `json:"kind"`
	Protobuf  string          `json:"protobuf,omitempty"`
	JSON      json.RawMessage `json:"json"`
	Defaulted json.RawMessage `json:"defaulted,omitempty"`
}

// writeFixtures writes random objects of every kind: some as protobuf and JSON, some as JSON before and after defaulting.
func writeFixtures(directory string, resources []Resource) error {
	random := rand.New(rand.NewSource(1))
	serializer := protobuf.NewSerializer(legacyscheme.Scheme, legacyscheme.Scheme)
	var encoded, defaulted []fixture
	for _, kind := range rootKinds(resources) {
		for round := range 4 {
			object := randomObject(kind, random, 0.35)
			text, err := json.Marshal(object)
			if err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
			one := fixture{Kind: GVK{kind.Group, kind.Version, kind.Kind}, JSON: text}
			if round < 2 {
				var buffer bytes.Buffer
				if err := serializer.Encode(object, &buffer); err != nil {
					// Options of connections (exec, proxy) are never bodies.
					continue
				}
				one.Protobuf = base64.StdEncoding.EncodeToString(buffer.Bytes())
				encoded = append(encoded, one)
				continue
			}
			legacyscheme.Scheme.Default(object)
			if one.Defaulted, err = json.Marshal(object); err != nil {
				return err
			}
			defaulted = append(defaulted, one)
		}
	}
	if err := writeAsset(filepath.Join(directory, "protobuf.json.gz"), encoded); err != nil {
		return err
	}
	return writeAsset(filepath.Join(directory, "defaulted.json.gz"), defaulted)
}

func randomObject(kind schema.GroupVersionKind, random *rand.Rand, density float64) runtime.Object {
	object, err := legacyscheme.Scheme.New(kind)
	if err != nil {
		panic(err)
	}
	filler{random, density}.fill(reflect.ValueOf(object).Elem(), 0)
	object.GetObjectKind().SetGroupVersionKind(kind)
	return object
}

type filler struct {
	random  *rand.Rand
	density float64
}

// Values that defaulting asks for, by the name of their Go type; others get any word.
var meaningful = map[string][]string{
	"v1.ServiceType": {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"}, "v1.RestartPolicy": {"Always", "Never", "OnFailure"},
	"v1.DeploymentStrategyType": {"RollingUpdate", "Recreate"}, "v1.DaemonSetUpdateStrategyType": {"RollingUpdate", "OnDelete"},
	"v1.StatefulSetUpdateStrategyType": {"RollingUpdate", "OnDelete"}, "v1.ServiceExternalTrafficPolicy": {"Cluster", "Local"},
	"v1.SecretType": {"Opaque", "kubernetes.io/tls"}, "v2.MetricSourceType": {"Resource", "Pods", "ContainerResource"},
	"v1.ServiceAffinity": {"ClientIP", "None"}, "v1.CompletionMode": {"NonIndexed", "Indexed"}, "v1.LimitType": {"Container", "Pod"},
	"v1.PersistentVolumeMode": {"Block", "Filesystem"}, "v1.Protocol": {"TCP", "UDP"}, "v1.PullPolicy": {"Always", "Never"},
	"v1.PriorityLevelEnablement": {"Limited", "Exempt"}, "v1.PolicyType": {"Ingress", "Egress"}, "v1.LimitResponseType": {"Queue", "Reject"},
	"v1.UnsatisfiableConstraintAction": {"DoNotSchedule", "ScheduleAnyway"}, "v1.DeviceAllocationMode": {"ExactCount", "All"},
	"v1.TaintEffect": {"NoSchedule", "NoExecute"}, "v1.ConversionStrategyType": {"None", "Webhook"}, "v1.SeccompProfileType": {"RuntimeDefault"},
}

var words = []string{"a", "web", "nginx:1.25", "nginx", "example.com/app", "nginx:latest", "ServiceAccount", "User", "Ünïcode <&>"}

func (f filler) fill(value reflect.Value, depth int) {
	if f.fillSpecial(value) {
		return
	}
	switch value.Kind() {
	case reflect.Pointer:
		if f.chance(depth) {
			value.Set(reflect.New(value.Type().Elem()))
			f.fill(value.Elem(), depth+1)
		}
	case reflect.Slice:
		f.fillSlice(value, depth)
	case reflect.Map:
		if f.chance(depth) {
			value.Set(reflect.MakeMap(value.Type()))
			for i := range 1 + f.random.Intn(2) {
				entry := reflect.New(value.Type().Elem()).Elem()
				f.fill(entry, depth+1)
				value.SetMapIndex(reflect.ValueOf(fmt.Sprintf("key%d", i)).Convert(value.Type().Key()), entry)
			}
		}
	case reflect.Struct:
		for i := range value.NumField() {
			field := value.Type().Field(i)
			if field.IsExported() && field.Type.Name() != "TypeMeta" && field.Tag.Get("protobuf") != "-" && field.Tag.Get("json") != "-" {
				f.fill(value.Field(i), depth+1)
			}
		}
	default:
		f.fillScalar(value)
	}
}

// chance falls with the depth, so that objects stay small.
func (f filler) chance(depth int) bool {
	return depth < 12 && f.random.Float64() < f.density*8/(8+float64(depth)*float64(depth)/8)
}

func (f filler) fillSlice(value reflect.Value, depth int) {
	if value.Type().Elem().Kind() == reflect.Uint8 {
		if f.chance(0) {
			value.SetBytes([]byte("some bytes \xff"))
		}
		return
	}
	if f.chance(depth) {
		value.Set(reflect.MakeSlice(value.Type(), 1+f.random.Intn(2), 3))
		for i := range value.Len() {
			f.fill(value.Index(i), depth+1)
		}
	}
}

func (f filler) fillScalar(value reflect.Value) {
	if f.random.Float64() < 0.5 {
		return
	}
	switch value.Kind() {
	case reflect.String:
		choices := meaningful[value.Type().String()]
		if choices == nil {
			choices = words
		}
		value.SetString(choices[f.random.Intn(len(choices))])
	case reflect.Bool:
		value.SetBool(true)
	case reflect.Int32, reflect.Int64, reflect.Int:
		value.SetInt([]int64{1, 80, -1, 65536, 2147483647}[f.random.Intn(5)])
	case reflect.Float64:
		value.SetFloat(1.5)
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		value.SetUint(7)
	}
}

func (f filler) fillSpecial(value reflect.Value) bool {
	at := time.Unix(1700000000+int64(f.random.Intn(1e6)), 123456000).UTC()
	switch target := value.Addr().Interface().(type) {
	case *resource.Quantity:
		*target = resource.MustParse([]string{"1", "100m", "1.5Gi", "0", "1500m", "1e3", "128974848", "0.1m"}[f.random.Intn(8)])
	case *metav1.Time:
		if f.random.Intn(2) == 0 {
			*target = metav1.NewTime(at.Truncate(time.Second))
		}
	case *metav1.MicroTime:
		*target = metav1.NewMicroTime(at)
	case *intstr.IntOrString:
		*target = []intstr.IntOrString{intstr.FromInt32(80), intstr.FromString("25%"), {}}[f.random.Intn(3)]
	case *runtime.RawExtension:
		target.Raw = []byte(`{"any":["thing",1]}`)
	case *metav1.FieldsV1:
		target.Raw = []byte(`{"f:spec":{}}`)
	default:
		return f.fillSchemaPart(value)
	}
	return true
}

// fillSchemaPart fills the parts of a CRD's schema that are one of several things.
func (f filler) fillSchemaPart(value reflect.Value) bool {
	name, ok := special[value.Type()]
	if !ok {
		return false
	}
	texts := map[string][]string{
		"JSON": {`{"a":1}`, `"text"`, `5`}, "SchemaOrBool": {`true`, `false`, `{"type":"string"}`},
		"SchemaOrArray": {`{"type":"string"}`, `[{"type":"string"}]`}, "SchemaOrStrings": {`["a"]`, `{"type":"string"}`},
	}[name]
	if err := json.Unmarshal([]byte(texts[f.random.Intn(len(texts))]), value.Addr().Interface()); err != nil {
		panic(err)
	}
	return true
}
