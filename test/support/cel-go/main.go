// Command cel-go answers questions about CEL as Flux's notification controller would: `ask` evaluates the questions on
// standard input, `conformance` writes the conformance tests of the CEL specification in a folder as JSON.
package main

import (
	"fmt"
	"os"
)

func main() {
	var err error
	switch args := os.Args[1:]; {
	case len(args) == 1 && args[0] == "ask":
		err = answerAll(os.Stdin, os.Stdout)
	case len(args) == 2 && args[0] == "conformance":
		err = conformance(args[1], os.Stdout)
	default:
		err = fmt.Errorf("usage: cel-go ask|conformance FOLDER")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
