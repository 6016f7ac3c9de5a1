// Encodes objects as protobuf, as typed Go clients send them. In: a JSON map of names to objects. Out: the same map with
// the bytes in base64. Run it through `pnpm fidelity --protobuf`.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/kubernetes/scheme"
)

func main() {
	if err := encodeAll(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func encodeAll() error {
	var bodies map[string]json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&bodies); err != nil {
		return err
	}
	encoder := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)
	encoded := map[string][]byte{}
	for name, body := range bodies {
		object, _, err := scheme.Codecs.UniversalDeserializer().Decode(body, nil, nil)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
			continue
		}
		bytes, err := runtime.Encode(encoder, object)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		encoded[name] = bytes
	}
	return json.NewEncoder(os.Stdout).Encode(encoded)
}
