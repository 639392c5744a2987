package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/ext"
)

// question is one line of input: an expression and the variables it may name, each a map(string, dyn), as Flux
// declares its own.
type question struct {
	Expression string         `json:"expression"`
	Variables  map[string]any `json:"variables"`
	// Type, where set, is the type that the expression must have: "bool".
	Type string `json:"type"`
}

// answer is one line of output. Stage says how far it came: "compile", "type", "run" or "ok".
type answer struct {
	Stage string `json:"stage"`
	Error string `json:"error,omitempty"`
	Value any    `json:"value"`
	Type  string `json:"type,omitempty"`
}

// answerAll answers each JSON question of in with one JSON line on out, in the environment of Flux's Receivers.
func answerAll(in io.Reader, out io.Writer) error {
	decoder, encoder := json.NewDecoder(in), json.NewEncoder(out)
	for decoder.More() {
		var q question
		if err := decoder.Decode(&q); err != nil {
			return fmt.Errorf("reading a question: %w", err)
		}
		if err := encoder.Encode(guarded(q)); err != nil {
			return err
		}
	}
	return nil
}

// guarded answers also where cel-go panics.
func guarded(q question) (a answer) {
	defer func() {
		if cause := recover(); cause != nil {
			a = answer{Stage: "panic", Error: fmt.Sprint(cause)}
		}
	}()
	return ask(q)
}

func ask(q question) answer {
	options := []cel.EnvOption{
		cel.HomogeneousAggregateLiterals(),
		cel.EagerlyValidateDeclarations(true),
		cel.DefaultUTCTimeZone(true),
		cel.CrossTypeNumericComparisons(true),
		cel.OptionalTypes(),
		ext.Strings(),
		ext.Sets(),
		ext.Encoders(),
	}
	for name := range q.Variables {
		options = append(options, cel.Variable(name, cel.MapType(cel.StringType, cel.DynType)))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return answer{Stage: "compile", Error: err.Error()}
	}
	ast, issues := env.Compile(q.Expression)
	if issues.Err() != nil {
		return answer{Stage: "compile", Error: issues.Err().Error()}
	}
	if q.Type == "bool" && ast.OutputType() != cel.BoolType {
		return answer{Stage: "type", Error: "the type is " + ast.OutputType().String(), Type: ast.OutputType().String()}
	}
	program, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return answer{Stage: "compile", Error: err.Error()}
	}
	value, _, err := program.Eval(q.Variables)
	if err != nil {
		return answer{Stage: "run", Error: err.Error(), Type: ast.OutputType().String()}
	}
	return answer{Stage: "ok", Value: shown(value), Type: ast.OutputType().String()}
}
