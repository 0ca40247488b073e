package agent

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"linghang/modules/platforms/internal/columns"
)

// mostItems is how many values a report has; the city takes no more at once.
const mostItems = 10_000

// item is a value as the report protocol has it.
type item struct {
	Code  string            `json:"code"`
	Dims  map[string]string `json:"dims,omitempty"`
	Value float64           `json:"value"`
}

// table reads values row by row, by the names of its columns.
type table struct {
	columns columns.Table
	items   []item
}

// newTable refuses columns that mean nothing.
func newTable(head []string) (*table, error) {
	c, err := columns.Of(head)
	return &table{columns: c}, err
}

// add takes a row; a value that is not there, as of an empty table, is left out.
func (t *table) add(cells []string) error {
	if len(t.items) == mostItems {
		return fmt.Errorf("there are more than %d rows", mostItems)
	}
	r, there, err := t.columns.Read(cells)
	if wrong, ok := errors.AsType[*columns.Error](err); ok && wrong.Why == columns.WrongAbsent {
		return fmt.Errorf("row %d has no code", len(t.items)+1)
	}
	if err != nil {
		return fmt.Errorf("row %d: %w", len(t.items)+1, err)
	}
	if there {
		t.items = append(t.items, item{r.Code, r.Dims, r.Value})
	}
	return nil
}

// readCSV reads a file with a head.
func readCSV(r io.Reader) ([]item, error) {
	c := csv.NewReader(r)
	head, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("read the head: %w", err)
	}
	if len(head) > 0 {
		head[0] = strings.TrimPrefix(head[0], "\ufeff") // as spreadsheets begin files
	}
	t, err := newTable(head)
	if err != nil {
		return nil, err
	}
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			return t.items, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read a row: %w", err)
		}
		if err := t.add(cells); err != nil {
			return nil, err
		}
	}
}

// report is what a report says (schema 1), but for its number.
func report(period string, now time.Time, items []item) ([]byte, error) {
	body, err := json.Marshal(struct {
		Schema int       `json:"schema"`
		Period string    `json:"period"`
		SentAt time.Time `json:"sent_at"`
		Items  []item    `json:"items"`
	}{1, period, now.UTC().Truncate(time.Second), items})
	if err != nil {
		return nil, fmt.Errorf("write a report: %w", err)
	}
	return body, nil
}

// numbered is a report with its number, the same octets each time.
func numbered(report []byte, seq int64) ([]byte, error) {
	body := map[string]json.RawMessage{}
	if err := json.Unmarshal(report, &body); err != nil {
		return nil, fmt.Errorf("read a report: %w", err)
	}
	body["seq"] = json.RawMessage(strconv.FormatInt(seq, 10))
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("write a report: %w", err)
	}
	return text, nil
}
