package main

import (
	"encoding/base64"
	"fmt"
	"math"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// shown turns a CEL value into JSON; what JSON has no word for becomes a string with its type in front.
func shown(value ref.Val) any {
	switch v := value.(type) {
	case types.Bool, types.String:
		return v.Value()
	case types.Double:
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Sprintf("double:%v", float64(v))
		}
		return v.Value()
	case types.Int, types.Uint:
		return v.Value()
	case types.Null:
		return nil
	case types.Bytes:
		return "bytes:" + base64.StdEncoding.EncodeToString(v)
	case types.Duration:
		return "duration:" + v.Duration.String()
	case types.Timestamp:
		return "timestamp:" + v.Time.UTC().Format(time.RFC3339Nano)
	case *types.Optional:
		if !v.HasValue() {
			return "optional.none"
		}
		return map[string]any{"optional": shown(v.GetValue())}
	case traits.Mapper:
		entries := map[string]any{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			key := it.Next()
			entries[fmt.Sprint(key.Value())] = shown(v.Get(key))
		}
		return entries
	case traits.Lister:
		items := []any{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			items = append(items, shown(it.Next()))
		}
		return items
	default:
		return fmt.Sprintf("%s:%v", value.Type().TypeName(), value.Value())
	}
}
