package main

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// A route is one way to call a method, as its annotation google.api.http says.
type route struct {
	verb   string
	path   *regexp.Regexp
	fields []string
	body   string
	input  protoreflect.MessageType
	handle grpc.MethodHandler
}

// variable is a part of a path such as {topic=projects/*/topics/*}.
var variable = regexp.MustCompile(`\{([a-z_.]+)(?:=([^}]*))?\}`)

// routes are those of all methods that REST has.
func routes() []route {
	var all []route
	for _, service := range []grpc.ServiceDesc{pubsubpb.Publisher_ServiceDesc, pubsubpb.Subscriber_ServiceDesc} {
		for _, method := range service.Methods {
			name := protoreflect.FullName(service.ServiceName + "." + method.MethodName)
			found, err := protoregistry.GlobalFiles.FindDescriptorByName(name)
			if err != nil {
				panic(err)
			}
			described := found.(protoreflect.MethodDescriptor)
			rule := proto.GetExtension(described.Options(), annotations.E_Http).(*annotations.HttpRule)
			for _, each := range append([]*annotations.HttpRule{rule}, rule.GetAdditionalBindings()...) {
				all = append(all, newRoute(described, each, method.Handler))
			}
		}
	}
	return all
}

func newRoute(method protoreflect.MethodDescriptor, rule *annotations.HttpRule, handle grpc.MethodHandler) route {
	verb, template := binding(rule)
	var fields []string
	var pattern strings.Builder
	end := 0
	for _, at := range variable.FindAllStringSubmatchIndex(template, -1) {
		fields = append(fields, template[at[2]:at[3]])
		segments := "*"
		if at[4] >= 0 {
			segments = template[at[4]:at[5]]
		}
		pattern.WriteString(regexp.QuoteMeta(template[end:at[0]]) + "(" + segmentsPattern(segments) + ")")
		end = at[1]
	}
	pattern.WriteString(regexp.QuoteMeta(template[end:]))
	return route{
		verb:   verb,
		path:   regexp.MustCompile("^" + pattern.String() + "$"),
		fields: fields,
		body:   rule.GetBody(),
		input:  messageType(method.Input()),
		handle: handle,
	}
}

func binding(rule *annotations.HttpRule) (verb, template string) {
	switch {
	case rule.GetGet() != "":
		return "GET", rule.GetGet()
	case rule.GetPut() != "":
		return "PUT", rule.GetPut()
	case rule.GetPost() != "":
		return "POST", rule.GetPost()
	case rule.GetPatch() != "":
		return "PATCH", rule.GetPatch()
	default:
		return "DELETE", rule.GetDelete()
	}
}

func segmentsPattern(segments string) string {
	parts := strings.Split(segments, "/")
	for i, part := range parts {
		switch part {
		case "*":
			parts[i] = "[^/:]+"
		case "**":
			parts[i] = "[^:]*"
		default:
			parts[i] = regexp.QuoteMeta(part)
		}
	}
	return strings.Join(parts, "/")
}

func messageType(of protoreflect.MessageDescriptor) protoreflect.MessageType {
	found, err := protoregistry.GlobalTypes.FindMessageByName(of.FullName())
	if err != nil {
		panic(err)
	}
	return found
}

// match gives what the variables of the path stand for, in the order of the fields.
func (r route) match(verb, escapedPath string) ([]string, bool) {
	found := r.path.FindStringSubmatch(escapedPath)
	if verb != r.verb || found == nil {
		return nil, false
	}
	values := found[1:]
	for i, value := range values {
		unescaped, err := url.PathUnescape(value)
		if err != nil {
			return nil, false
		}
		values[i] = unescaped
	}
	return values, true
}

// request reads a body; what the path says wins. Unknown fields are refused, as Google does.
func (r route) request(values []string, body []byte, query url.Values) (proto.Message, error) {
	for name := range query {
		if name != "alt" && name != "prettyPrint" {
			return nil, fmt.Errorf("unknown name %q: cannot bind query parameter", name)
		}
	}
	message := r.input.New()
	if len(body) > 0 {
		if r.body != "*" {
			return nil, errors.New("the method takes no body")
		}
		if err := protojson.Unmarshal(body, message.Interface()); err != nil {
			return nil, err
		}
	}
	for i, field := range r.fields {
		setText(message, field, values[i])
	}
	return message.Interface(), nil
}

// setText sets a field that is named by its path: subscription.name.
func setText(message protoreflect.Message, path, value string) {
	name, rest, nested := strings.Cut(path, ".")
	field := message.Descriptor().Fields().ByName(protoreflect.Name(name))
	if nested {
		setText(message.Mutable(field).Message(), rest, value)
		return
	}
	message.Set(field, protoreflect.ValueOfString(value))
}
