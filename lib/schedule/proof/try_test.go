package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"context"
	"strings"
	"testing"
	"time"

	"linghang/lib/schedule/instance"
	"linghang/lib/schedule/model"
)

func problem(m *model.Model) Problem {
	q := Problem{}
	for _, r := range m.Resources {
		q.Capacity = append(q.Capacity, int32(r.Capacity))
	}
	for i := range m.Tasks {
		var modes []Mode
		for _, mode := range m.Tasks[i].Modes {
			w := Mode{Duration: int32(mode.Duration)}
			for _, n := range mode.Needs {
				w.Needs = append(w.Needs, Need{int32(n.Resource), int32(n.Amount)})
			}
			modes = append(modes, w)
		}
		q.Tasks = append(q.Tasks, modes)
	}
	for _, a := range m.Precedences {
		q.Precedences = append(q.Precedences, Precedence{int32(a.Before), int32(a.After), int32(a.MinLag)})
	}
	return q
}

func TestTry(t *testing.T) {
	files, _ := filepath.Glob(os.Getenv("TRY"))
	format := os.Getenv("FORMAT")
	limit, _ := time.ParseDuration(os.Getenv("LIMIT"))
	for _, f := range files {
		data, _ := os.ReadFile(f)
		m, err := instance.Read(format, data)
		if err != nil {
			t.Fatal(err)
		}
		sum := int32(0)
		for i := range m.Tasks {
			sum += int32(m.Tasks[i].Modes[0].Duration)
		}
		begin := time.Now()
		upper := sum + 1
		if u := os.Getenv("UPPER"); u != "" {
			fmt.Sscan(u, &upper)
		}
		p := New(problem(m), Options{Upper: upper, Lower: 1})
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		for !p.Proven() && ctx.Err() == nil {
			p.Step(ctx, 1000)
		}
		cancel()
		fmt.Printf("%s %d..%d proven %v conflicts %d in %v\n", strings.TrimSuffix(filepath.Base(f), ".rcp"), p.lower, p.upper, p.Proven(), p.Conflicts(), time.Since(begin).Round(time.Millisecond))
	}
}
