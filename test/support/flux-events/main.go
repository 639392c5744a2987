// flux-events posts events with the recorder that Flux's controllers have: one event a line on standard input, and a
// line on standard output when its recorder is done with it.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/fluxcd/pkg/runtime/events"
	"github.com/go-logr/logr/funcr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/record"
)

type event struct {
	Object map[string]any `json:"object"`
	// Of the event, as a controller gives them to the recorder.
	Annotations map[string]string `json:"annotations"`
	// Normal or Warning.
	Type    string `json:"type"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(webhook, controller string) error {
	quiet := funcr.New(func(string, string) {}, funcr.Options{})
	// What goes to Kubernetes is not what is asked here.
	kubernetes := &record.FakeRecorder{}
	recorder, err := events.NewRecorderForScheme(runtime.NewScheme(), kubernetes, quiet, webhook, controller)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var next event
		if err := json.Unmarshal(lines.Bytes(), &next); err != nil {
			return err
		}
		eventType := corev1.EventTypeNormal
		if next.Type == corev1.EventTypeWarning {
			eventType = corev1.EventTypeWarning
		}
		object := &unstructured.Unstructured{Object: next.Object}
		recorder.AnnotatedEventf(object, next.Annotations, eventType, next.Reason, "%s", next.Message)
		fmt.Println(next.Reason)
	}
	return lines.Err()
}
