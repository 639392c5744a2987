// go-verdicts says what Go makes of bodies: one question a line on standard input, one answer a line on standard output.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"reflect"
	"time"

	cdevents "github.com/cdevents/sdk-go/pkg/api"
	v04 "github.com/cdevents/sdk-go/pkg/api/v04"
)

type question struct {
	As   string `json:"as"`
	Body []byte `json:"body"` // base64
}

type answer struct {
	Accepted bool   `json:"accepted"`
	Reason   string `json:"reason,omitempty"`
	Value    any    `json:"value,omitempty"`
}

// pristine holds the decode targets of the SDK as the process began: the SDK keeps fields from one event to the next.
var pristine = map[string]reflect.Value{}

func init() {
	for name, event := range v04.CDEventsByUnversionedTypes {
		copied := reflect.New(reflect.TypeOf(event).Elem())
		copied.Elem().Set(reflect.ValueOf(event).Elem())
		pristine[name] = copied.Elem()
	}
}

func cdevent(body []byte) (any, error) {
	for name, event := range v04.CDEventsByUnversionedTypes {
		reflect.ValueOf(event).Elem().Set(pristine[name])
	}
	event, err := v04.NewFromJsonBytes(body)
	if err != nil {
		return nil, err
	}
	return nil, cdevents.Validate(event)
}

// first reads one value and leaves the rest; whole wants one value and nothing else.
func first(target any) func([]byte) (any, error) {
	return func(body []byte) (any, error) {
		value := reflect.New(reflect.TypeOf(target))
		return value.Interface(), json.NewDecoder(bytes.NewReader(body)).Decode(value.Interface())
	}
}

func whole(target any) func([]byte) (any, error) {
	return func(body []byte) (any, error) {
		value := reflect.New(reflect.TypeOf(target))
		return value.Interface(), json.Unmarshal(body, value.Interface())
	}
}

type dockerhub struct {
	PushData struct {
		Tag string `json:"tag"`
	} `json:"push_data"`
	Repository struct {
		RepoURL string `json:"repo_url"`
	} `json:"repository"`
}

type quay struct {
	DockerURL   string   `json:"docker_url"`
	UpdatedTags []string `json:"updated_tags"`
}

type acr struct {
	Action string `json:"action"`
	Target struct {
		Repository string `json:"repository"`
		Tag        string `json:"tag"`
	} `json:"target"`
}

type nexus struct {
	Action         string `json:"action"`
	RepositoryName string `json:"repositoryName"`
}

type registryEvent struct {
	Action string `json:"action"`
	Digest string `json:"digest"`
	Tag    string `json:"tag"`
}

// metaTime reads and writes a time as Kubernetes' API types do.
type metaTime struct{ time.Time }

func (t *metaTime) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		t.Time = time.Time{}
		return nil
	}
	var written string
	if err := json.Unmarshal(text, &written); err != nil {
		return err
	}
	parsed, err := time.Parse(time.RFC3339, written)
	t.Time = parsed
	return err
}

func (t metaTime) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.UTC().Format(time.RFC3339))
}

type objectReference struct {
	Kind            string `json:"kind,omitempty"`
	Namespace       string `json:"namespace,omitempty"`
	Name            string `json:"name,omitempty"`
	UID             string `json:"uid,omitempty"`
	APIVersion      string `json:"apiVersion,omitempty"`
	ResourceVersion string `json:"resourceVersion,omitempty"`
	FieldPath       string `json:"fieldPath,omitempty"`
}

type fluxEvent struct {
	InvolvedObject      objectReference   `json:"involvedObject"`
	Severity            string            `json:"severity"`
	Timestamp           metaTime          `json:"timestamp"`
	Message             string            `json:"message"`
	Reason              string            `json:"reason"`
	Metadata            map[string]string `json:"metadata,omitempty"`
	ReportingController string            `json:"reportingController"`
	ReportingInstance   string            `json:"reportingInstance,omitempty"`
}

func uriReference(body []byte) (any, error) {
	_, err := url.Parse(string(body))
	return nil, err
}

var readers = map[string]func([]byte) (any, error){
	"cdevents":       cdevent,
	"req":            first(map[string]any{}),
	"dockerhub":      first(dockerhub{}),
	"quay":           first(quay{}),
	"acr":            first(acr{}),
	"nexus":          whole(nexus{}),
	"registry-event": whole(registryEvent{}),
	"event":          whole(fluxEvent{}),
	"uri-reference":  uriReference,
}

func judge(asked question) (given answer) {
	defer func() {
		if problem := recover(); problem != nil {
			given = answer{Reason: fmt.Sprint("panic: ", problem)}
		}
	}()
	value, err := readers[asked.As](asked.Body)
	if err != nil {
		return answer{Reason: err.Error()}
	}
	return answer{Accepted: true, Value: value}
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		var asked question
		if err == nil {
			err = json.Unmarshal(line, &asked)
		}
		if err == nil {
			err = json.NewEncoder(out).Encode(judge(asked))
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
