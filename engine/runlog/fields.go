package runlog

import (
	"encoding"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"time"
)

// object makes attributes the fields of a JSON object; nil when there are none.
func object(attrs []slog.Attr) map[string]any {
	var fields map[string]any
	put := func(key string, value any) {
		if fields == nil {
			fields = make(map[string]any, len(attrs))
		}
		fields[key] = value
	}
	for _, a := range attrs {
		value := a.Value.Resolve()
		switch {
		case value.Kind() != slog.KindGroup:
			if a.Key != "" || value.Any() != nil {
				put(a.Key, plain(value))
			}
		case a.Key == "": // a group without a name is its attributes
			for key, v := range object(value.Group()) {
				put(key, v)
			}
		default:
			if group := object(value.Group()); group != nil {
				put(a.Key, group)
			}
		}
	}
	return fields
}

// plain is a value that JSON can hold and people can read.
func plain(v slog.Value) any {
	switch v.Kind() {
	case slog.KindFloat64:
		if f := v.Float64(); math.IsNaN(f) || math.IsInf(f, 0) {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
		return v.Float64()
	case slog.KindDuration:
		return v.Duration().String()
	case slog.KindTime:
		return v.Time().Format(time.RFC3339Nano)
	case slog.KindAny:
		return described(v.Any())
	}
	return v.Any() // a string, bool or integer
}

// described turns any value into what its type says about itself, or into its
// JSON form. A method that panics, as those of nil pointers do, says so.
func described(v any) (out any) {
	defer func() {
		if p := recover(); p != nil {
			out = fmt.Sprintf("%T that panicked: %v", v, p)
		}
	}()
	switch v := v.(type) {
	case nil:
		return nil
	case error:
		return v.Error()
	case []byte:
		return string(v)
	case encoding.TextMarshaler:
		if text, err := v.MarshalText(); err == nil {
			return string(text)
		}
	case fmt.Stringer:
		return v.String()
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%+v", v)
	}
	return json.RawMessage(data)
}
