package model

import (
	"bytes"
	_ "embed" // the schema
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"linghang/lib/schedule/internal/document"
)

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema of models.
func Schema() []byte { return bytes.Clone(schema) }

// Decode reads a model in JSON and validates it. Members that it does not know are
// refused, because they would ask for what nothing honours.
func Decode(data []byte) (*Model, error) {
	m := &Model{}
	if err := document.Decode(data, MaxText, "model", m); err != nil {
		return nil, fmt.Errorf("read the model: %w", err)
	}
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("the model cannot be scheduled:\n%w", err)
	}
	return m, nil
}

// DecodeSchedule reads a schedule in JSON: an object with makespan and assignments,
// or what has such an object as its member schedule, as what `solve` prints. Whether
// it is right is the business of package check.
func DecodeSchedule(data []byte) (*Schedule, error) {
	var either struct {
		Makespan    *int64       `json:"makespan"`
		Assignments []Assignment `json:"assignments"`
		Stops       []Stop       `json:"stops"`
		Objective   []int64      `json:"objective"`
		Schedule    *Schedule    `json:"schedule"`
	}
	if err := document.Open(data, MaxText, "schedule", &either); err != nil {
		return nil, fmt.Errorf("read the schedule: %w", err)
	}
	if either.Schedule != nil {
		return either.Schedule, nil
	}
	if either.Makespan == nil || either.Assignments == nil {
		return nil, errors.New("read the schedule: it has no makespan and assignments")
	}
	return &Schedule{*either.Makespan, either.Assignments, either.Stops, either.Objective}, nil
}

// Encode writes a model in JSON, with a line for each resource, job, task and
// precedence.
func (m *Model) Encode(w io.Writer) error {
	var b bytes.Buffer
	b.WriteString("{\n")
	if m.Name != "" {
		if err := member(&b, "name", m.Name); err != nil {
			return err
		}
		b.WriteString(",\n")
	}
	if err := list(&b, "resources", m.Resources); err != nil {
		return err
	}
	b.WriteString(",\n")
	if err := list(&b, "jobs", m.Jobs); err != nil {
		return err
	}
	b.WriteString(",\n")
	if err := list(&b, "tasks", m.Tasks); err != nil {
		return err
	}
	b.WriteString(",\n")
	if err := list(&b, "precedences", m.Precedences); err != nil {
		return err
	}
	if err := m.rest(&b); err != nil {
		return err
	}
	b.WriteString("\n}\n")
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write the model: %w", err)
	}
	return nil
}

// rest writes the members that a model may not have, each on a line.
func (m *Model) rest(b *bytes.Buffer) error {
	for _, each := range []struct {
		name string
		has  bool
		v    any
	}{
		{"same_order", len(m.SameOrder) > 0, m.SameOrder},
		{"families", len(m.Families) > 0, m.Families},
		{"changeovers", len(m.Changeovers) > 0, m.Changeovers},
		{"calendars", len(m.Calendars) > 0, m.Calendars},
		{"tanks", len(m.Tanks) > 0, m.Tanks},
		{"recipes", len(m.Recipes) > 0, m.Recipes},
		{"campaigns", len(m.Campaigns) > 0, m.Campaigns},
		{"tariff", m.Tariff != nil, m.Tariff},
		{"clock", m.Clock != nil, m.Clock},
		{"horizon", m.Horizon != 0, m.Horizon},
		{"now", m.Now != 0, m.Now},
		{"stops", len(m.Stops) > 0, m.Stops},
		{"baseline", m.Baseline != nil, m.Baseline},
		{"objective", len(m.Objective) > 0, m.Objective},
	} {
		if !each.has {
			continue
		}
		b.WriteString(",\n")
		if err := member(b, each.name, each.v); err != nil {
			return err
		}
	}
	return nil
}

func member(b *bytes.Buffer, name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	fmt.Fprintf(b, "  %q: %s", name, data)
	return nil
}

func list[T any](b *bytes.Buffer, name string, items []T) error {
	fmt.Fprintf(b, "  %q: [", name)
	for i := range items {
		data, err := json.Marshal(items[i])
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n    ")
		b.Write(data)
	}
	if len(items) > 0 {
		b.WriteString("\n  ")
	}
	b.WriteByte(']')
	return nil
}
