// Google Pub/Sub for tests: Google's own fake, pstest, behind the REST API that Google's descriptors describe.
//
// It listens on a free port of loopback, or where `-listen` says, and writes its address as its first line. With the
// argument `-token T` it refuses requests without `Authorization: Bearer T`. It ends when its input does.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync/atomic"

	"cloud.google.com/go/pubsub/v2/pstest"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

const maxRequestBytes = 10_000_000

func main() {
	token := flag.String("token", "", "refuse requests without this bearer token")
	listen := flag.String("listen", "127.0.0.1:0", "where to listen")
	flag.Parse()
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	serving := &facade{routes: routes(), fake: pstest.NewServer()}
	serving.token.Store(token)
	log.Fatal(http.Serve(listener, serving))
}

type facade struct {
	routes []route
	fake   *pstest.Server
	// What requests have to bring; empty: nothing.
	token atomic.Pointer[string]
}

func (f *facade) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.serveTests(w, r) {
		return
	}
	answer, err := f.serve(r)
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if err == nil {
		_, _ = w.Write(answer)
		return
	}
	said := status.Convert(err)
	code := httpStatus(said.Code())
	w.WriteHeader(code)
	fault := map[string]any{"code": code, "message": said.Message(), "status": statusName(said.Code())}
	_ = json.NewEncoder(w).Encode(map[string]any{"error": fault})
}

func (f *facade) serve(r *http.Request) ([]byte, error) {
	token := *f.token.Load()
	if token != "" && r.Header.Get("Authorization") != "Bearer "+token {
		return nil, status.Error(codes.Unauthenticated, "Request had invalid authentication credentials.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxRequestBytes))
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "Request payload size exceeds the limit: %d bytes.", maxRequestBytes)
	}
	for _, each := range f.routes {
		values, ok := each.match(r.Method, r.URL.EscapedPath())
		if !ok {
			continue
		}
		request, err := each.request(values, body, r.URL.Query())
		if err != nil {
			return nil, status.Errorf(codes.InvalidArgument, "Invalid JSON payload received: %v", err)
		}
		return f.call(r.Context(), each, request)
	}
	return nil, status.Error(codes.NotFound, "The requested URL was not found on this server.")
}

func (f *facade) call(ctx context.Context, to route, request proto.Message) ([]byte, error) {
	read := func(into any) error {
		proto.Merge(into.(proto.Message), request)
		return nil
	}
	answer, err := to.handle(&f.fake.GServer, ctx, read, nil)
	if err != nil {
		return nil, err
	}
	return protojson.Marshal(answer.(proto.Message))
}
