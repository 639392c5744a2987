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
