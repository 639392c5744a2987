package main

import (
	"encoding/json"
	"io"
	"net/http"
)

// message is what the fake knows of one that was published.
type message struct {
	Topic      string `json:"topic"`
	Deliveries int    `json:"deliveries"`
	Acks       int    `json:"acks"`
}

// serveTests answers what Google does not offer: tests read what became of messages, and change the token.
func (f *facade) serveTests(w http.ResponseWriter, r *http.Request) bool {
	switch r.Method + " " + r.URL.Path {
	case "GET /-/messages":
		all := []message{}
		for _, each := range f.fake.Messages() {
			all = append(all, message{each.Topic, each.Deliveries, each.Acks})
		}
		_ = json.NewEncoder(w).Encode(all)
	case "PUT /-/token":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return true
		}
		token := string(body)
		f.token.Store(&token)
	default:
		return false
	}
	return true
}
