package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"

	"cel.dev/expr"
	_ "cel.dev/expr/conformance/proto2"
	_ "cel.dev/expr/conformance/proto3"
	"cel.dev/expr/conformance/test"
	"github.com/google/cel-go/common/types"
	"google.golang.org/protobuf/encoding/prototext"
)

// conformanceTest is one test of the specification, in JSON. Values are written as `shown` writes them, below a key
// with their kind, so that an int is not taken for a double.
type conformanceTest struct {
	Name      string            `json:"name"`
	Expr      string            `json:"expr"`
	Container string            `json:"container,omitempty"`
	Flags     []string          `json:"flags"`
	Types     map[string]string `json:"types"`
	Bindings  map[string]any    `json:"bindings"`
	// Outcome is "value", "error" or "unknown".
	Outcome string `json:"outcome"`
	Value   any    `json:"value,omitempty"`
	// Type is the deduced type, where the test names one.
	Type string `json:"type,omitempty"`
}

// conformance writes the tests of each file of the folder as one JSON line each.
func conformance(folder string, out io.Writer) error {
	files, err := filepath.Glob(filepath.Join(folder, "*.textproto"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no conformance data in %s: %v", folder, err)
	}
	sort.Strings(files)
	encoder := json.NewEncoder(out)
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var file test.SimpleTestFile
		if err := prototext.Unmarshal(text, &file); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for _, section := range file.GetSection() {
			for _, each := range section.GetTest() {
				name := file.GetName() + "/" + section.GetName() + "/" + each.GetName()
				if err := encoder.Encode(converted(name, each)); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
		}
	}
	return nil
}

func converted(name string, t *test.SimpleTest) conformanceTest {
	c := conformanceTest{Name: name, Expr: t.GetExpr(), Container: t.GetContainer(), Flags: []string{}, Outcome: "value"}
	c.Types, c.Bindings = map[string]string{}, map[string]any{}
	for flag, set := range map[string]bool{"no macros": t.GetDisableMacros(), "no check": t.GetDisableCheck(), "check only": t.GetCheckOnly()} {
		if set {
			c.Flags = append(c.Flags, flag)
		}
	}
	for _, decl := range t.GetTypeEnv() {
		if decl.GetFunction() != nil {
			c.Flags = append(c.Flags, "function")
			continue
		}
		c.Types[decl.GetName()] = typeName(decl.GetIdent().GetType())
	}
	for key, value := range t.GetBindings() {
		if value.GetValue() == nil {
			c.Flags = append(c.Flags, "unknown")
		}
		c.Bindings[key] = valueOf(value.GetValue())
	}
	switch matcher := t.GetResultMatcher().(type) {
	case nil:
		c.Value = map[string]any{"bool": true}
	case *test.SimpleTest_Value:
		c.Value = valueOf(matcher.Value)
	case *test.SimpleTest_TypedResult:
		c.Type = typeName(matcher.TypedResult.GetDeducedType())
		c.Value = valueOf(matcher.TypedResult.GetResult())
	case *test.SimpleTest_EvalError, *test.SimpleTest_AnyEvalErrors:
		c.Outcome = "error"
	default:
		c.Outcome = "unknown"
	}
	return c
}

// valueOf writes a value as {kind: value}; what has no counterpart outside of protobuf is {"object": type}.
func valueOf(value *expr.Value) any {
	switch v := value.GetKind().(type) {
	case *expr.Value_NullValue:
		return map[string]any{"null": true}
	case *expr.Value_BoolValue:
		return map[string]any{"bool": v.BoolValue}
	case *expr.Value_Int64Value:
		return map[string]any{"int": fmt.Sprint(v.Int64Value)}
	case *expr.Value_Uint64Value:
		return map[string]any{"uint": fmt.Sprint(v.Uint64Value)}
	case *expr.Value_DoubleValue:
		return map[string]any{"double": fmt.Sprint(v.DoubleValue)}
	case *expr.Value_StringValue:
		return map[string]any{"string": v.StringValue}
	case *expr.Value_BytesValue:
		return map[string]any{"bytes": v.BytesValue}
	case *expr.Value_TypeValue:
		return map[string]any{"type": v.TypeValue}
	case *expr.Value_ListValue:
		items := []any{}
		for _, item := range v.ListValue.GetValues() {
			items = append(items, valueOf(item))
		}
		return map[string]any{"list": items}
	case *expr.Value_MapValue:
		entries := [][]any{}
		for _, entry := range v.MapValue.GetEntries() {
			entries = append(entries, []any{valueOf(entry.GetKey()), valueOf(entry.GetValue())})
		}
		return map[string]any{"map": entries}
	case *expr.Value_ObjectValue:
		return objectOf(v)
	case *expr.Value_EnumValue:
		return map[string]any{"object": v.EnumValue.GetType()}
	default:
		return nil
	}
}

// objectOf writes timestamps and durations in nanoseconds.
func objectOf(v *expr.Value_ObjectValue) any {
	message, err := v.ObjectValue.UnmarshalNew()
	if err != nil {
		return map[string]any{"object": v.ObjectValue.GetTypeUrl()}
	}
	switch value := types.DefaultTypeAdapter.NativeToValue(message).(type) {
	case types.Timestamp:
		return map[string]any{"timestamp": fmt.Sprintf("%d%09d", value.Unix(), value.Nanosecond())}
	case types.Duration:
		return map[string]any{"duration": fmt.Sprint(value.Nanoseconds())}
	default:
		return map[string]any{"object": v.ObjectValue.GetTypeUrl()}
	}
}

// typeName is the type as cel-go writes it.
func typeName(t *expr.Type) string {
	native, err := types.ProtoAsType(t)
	if err != nil {
		return "unknown: " + err.Error()
	}
	return native.String()
}
