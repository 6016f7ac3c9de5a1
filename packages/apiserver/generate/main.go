// Command generate writes the data that the embedded API server knows Kubernetes' built-in types by. It takes them from
// the Go modules of one Kubernetes release and from the discovery of a real API server of that release.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	kubeconfig := flag.String("kubeconfig", os.Getenv("KUBECONFIG"), "kubeconfig of a real API server of the same release")
	out := flag.String("out", "../assets", "directory of the assets")
	fixtures := flag.String("fixtures", "", "directory of the test fixtures; not written where empty")
	more := flag.String("creations", "", "JSON file with objects that replace the recorded creations; needs -fixtures")
	flag.Parse()
	if err := run(*kubeconfig, *out, *fixtures, *more); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(kubeconfig, out, fixtures, more string) error {
	resources, err := servedResources(kubeconfig)
	if err != nil {
		return fmt.Errorf("read the discovery: %w", err)
	}
	schemas, err := reducedSchemas(kubeconfig, resources)
	if err != nil {
		return fmt.Errorf("read the OpenAPI documents: %w", err)
	}
	if err := writeAsset(filepath.Join(out, "resources.json.gz"), resources); err != nil {
		return err
	}
	if err := writeAsset(filepath.Join(out, "schemas.json.gz"), schemas); err != nil {
		return err
	}
	types := goTypes(resources)
	if err := writeAsset(filepath.Join(out, "types.json.gz"), types); err != nil {
		return err
	}
	if err := writeAsset(filepath.Join(out, "defaults.json.gz"), probedDefaults(resources)); err != nil {
		return err
	}
	roles, err := bootstrapRoles(kubeconfig)
	if err != nil {
		return fmt.Errorf("read the bootstrap policy: %w", err)
	}
	if err := writeAsset(filepath.Join(out, "rbac.json.gz"), roles); err != nil {
		return err
	}
	if fixtures == "" {
		return nil
	}
	if err := writeFixtures(fixtures, resources); err != nil {
		return err
	}
	return recordCreations(kubeconfig, filepath.Join(fixtures, "created.json.gz"), more, resources)
}

// writeAsset compresses without a time and a name, so that the same data gives the same bytes.
func writeAsset(path string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	var compressed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&compressed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := writer.Write(text); err != nil {
		return err
	}
	if err := writer.Close(); err != nil {
		return err
	}
	fmt.Printf("%s: %d bytes, %d compressed\n", path, len(text), compressed.Len())
	return os.WriteFile(path, compressed.Bytes(), 0o644)
}
