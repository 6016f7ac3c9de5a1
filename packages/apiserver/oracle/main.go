// Command oracle answers what Kubernetes' own field manager makes of a scenario of writes: the object after each step,
// with its managed fields, or the error. Standard input has one JSON document per line: first the types, then scenarios;
// for each scenario one line of answers is written. The test beside it compares these with the server's own answers.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// step is one write. Its object is a configuration for an apply, else what is to be stored.
type step struct {
	Op          string         `json:"op"`
	Manager     string         `json:"manager"`
	Force       bool           `json:"force"`
	Subresource string         `json:"subresource"`
	Version     string         `json:"version"`
	Schema      int            `json:"schema"`
	Object      map[string]any `json:"object"`
}

type scenario struct {
	Type  string `json:"type"`
	Steps []step `json:"steps"`
}

// answer is what a step came to. Object is in the version of the step.
type answer struct {
	Object map[string]any `json:"object,omitempty"`
	Error  string         `json:"error,omitempty"`
	Code   int32          `json:"code,omitempty"`
	Causes []string       `json:"causes,omitempty"`
}

// firstTime is the time of a scenario's first step; each further step is a second later.
var firstTime = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<28)
	out := bufio.NewWriter(os.Stdout)
	if !in.Scan() {
		fail(fmt.Errorf("no types on standard input"))
	}
	var definitions map[string]*typeDefinition
	if err := json.Unmarshal(in.Bytes(), &definitions); err != nil {
		fail(err)
	}
	for _, definition := range definitions {
		if err := definition.compile(); err != nil {
			fail(err)
		}
	}
	for in.Scan() {
		var next scenario
		if err := utiljson.Unmarshal(in.Bytes(), &next); err != nil {
			fail(err)
		}
		line, err := json.Marshal(run(definitions[next.Type], next))
		if err != nil {
			fail(err)
		}
		out.Write(append(line, '\n'))
	}
	if err := in.Err(); err != nil {
		fail(err)
	}
	if err := out.Flush(); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func run(definition *typeDefinition, of scenario) []answer {
	var live *unstructured.Unstructured
	answers := make([]answer, 0, len(of.Steps))
	for at, one := range of.Steps {
		object, err := write(definition, live, one)
		if err != nil {
			answers = append(answers, refusal(err))
			continue
		}
		if err := settleTimes(object, firstTime.Add(time.Duration(at)*time.Second)); err != nil {
			fail(err)
		}
		converted, err := definition.ConvertToVersion(object, schema.GroupVersion{Group: definition.Group, Version: one.Version})
		if err != nil {
			fail(err)
		}
		live = converted.(*unstructured.Unstructured)
		answers = append(answers, answer{Object: live.DeepCopy().Object})
		if len(live.GetUID()) == 0 {
			live.SetUID("1")
		}
	}
	return answers
}

func write(definition *typeDefinition, live *unstructured.Unstructured, one step) (*unstructured.Unstructured, error) {
	kind := schema.GroupVersionKind{Group: definition.Group, Version: one.Version, Kind: definition.Kind}
	manager, err := managedfields.NewDefaultCRDFieldManager(
		definition.converters[one.Schema], definition, definition, definition, kind,
		schema.GroupVersion{Group: definition.Group, Version: definition.Hub}, one.Subresource,
		fieldpath.NewExcludeFilterSetMap(definition.resetFields(one.Subresource)))
	if err != nil {
		return nil, err
	}
	if live == nil {
		created, err := definition.New(kind)
		if err != nil {
			return nil, err
		}
		live = created.(*unstructured.Unstructured)
	}
	object := &unstructured.Unstructured{Object: one.Object}
	if one.Op == "apply" {
		applied, err := manager.Apply(live.DeepCopy(), object.DeepCopy(), one.Manager, one.Force)
		if err != nil {
			return nil, err
		}
		return applied.(*unstructured.Unstructured), nil
	}
	return manager.UpdateNoErrors(live.DeepCopy(), object.DeepCopy(), one.Manager).(*unstructured.Unstructured), nil
}

// settleTimes replaces times that this step has set by the step's own, so that answers do not depend on the clock.
func settleTimes(object *unstructured.Unstructured, now time.Time) error {
	entries := object.GetManagedFields()
	if entries == nil {
		return nil
	}
	for at := range entries {
		if entries[at].Time != nil && entries[at].Time.Year() > 2020 {
			entries[at].Time = &metav1.Time{Time: now}
		}
	}
	object.SetManagedFields(entries)
	return nil
}

func refusal(err error) answer {
	result := answer{Error: err.Error(), Code: 500}
	if status, ok := err.(apierrors.APIStatus); ok {
		result.Code = status.Status().Code
		if details := status.Status().Details; details != nil {
			for _, cause := range details.Causes {
				result.Causes = append(result.Causes, fmt.Sprintf("%s: %s: %s", cause.Type, cause.Message, cause.Field))
			}
		}
	}
	return result
}
