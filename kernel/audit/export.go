package audit

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"
)

// exportForm names the form of an export: JSON lines, the header first, then
// every entry, each checkpoint after the entry that it signs, the end last.
// Entries of the form before have fewer fields; who knows only that one must not
// take the others' for altered.
const (
	exportForm       = "linghang-audit-export-2"
	exportFormBefore = "linghang-audit-export-1"
)

// exportLine is one line; exactly one of header, entry, checkpoint and end is set.
type exportLine struct {
	Header     *exportHeader `json:"header,omitempty"`
	Entry      *Entry        `json:"entry,omitempty"`
	Reads      *exportReads  `json:"reads,omitempty"` // beside the entry, for people; nothing is proven by it
	Checkpoint *Checkpoint   `json:"checkpoint,omitempty"`
	End        *exportEnd    `json:"end,omitempty"`
}

type exportHeader struct {
	Form  string `json:"form"`
	First int64  `json:"first"`
	Prev  string `json:"prev"` // hash of the entry before the first
}

// exportReads is what an entry says under the key of a person, opened.
type exportReads struct {
	ActorName string   `json:"actor_name"`
	IP        string   `json:"ip"`
	Erased    bool     `json:"erased,omitempty"`
	Changes   []Change `json:"changes,omitempty"`
}

type exportEnd struct {
	Count int64 `json:"count"`
}

// Export writes the entries between two times, so that they can be verified
// without the database. The last ones follow up to the next checkpoint, which
// proves the others.
func (l *Log) Export(ctx context.Context, w io.Writer, from, to time.Time) error {
	if l.ring != nil {
		if err := l.Checkpoint(ctx); err != nil {
			return err
		}
	}
	first, last, prev, err := l.span(ctx, from, to)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	if err := enc.Encode(exportLine{Header: &exportHeader{exportForm, first, prev}}); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	if err := l.exportBegin(ctx, enc, first); err != nil {
		return err
	}
	count, hash := int64(0), ""
	for seq := first - 1; seq < last; {
		entries, err := l.after(ctx, seq, last, 1000)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			break
		}
		if err := l.exportPage(ctx, enc, entries); err != nil {
			return err
		}
		newest := entries[len(entries)-1]
		seq, count, hash = newest.Seq, count+int64(len(entries)), newest.Hash
	}
	if err := enc.Encode(exportLine{End: &exportEnd{count}}); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	if err := out.Flush(); err != nil || count == 0 {
		return err
	}
	return l.noteExport(ctx, first, last, hash)
}

// exportBegin writes the checkpoint of the entry before the first, where there is
// one: it proves where the export begins.
func (l *Log) exportBegin(ctx context.Context, enc *json.Encoder, first int64) error {
	list, err := l.checkpoints(ctx, first-1, first-1)
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := enc.Encode(exportLine{Checkpoint: &c}); err != nil {
			return fmt.Errorf("write export: %w", err)
		}
	}
	return nil
}

func (l *Log) exportPage(ctx context.Context, enc *json.Encoder, entries []Entry) error {
	list, err := l.checkpoints(ctx, entries[0].Seq, entries[len(entries)-1].Seq)
	if err != nil {
		return err
	}
	for _, e := range entries {
		open, err := l.reveal(ctx, e)
		if err != nil {
			return err
		}
		line := exportLine{Entry: &e}
		told := !reflect.DeepEqual(open.Changes, e.Changes)
		if open.ActorName != e.ActorName || open.IP != e.IP || told {
			line.Reads = &exportReads{ActorName: open.ActorName, IP: open.IP, Erased: open.Erased}
		}
		if told {
			line.Reads.Changes = open.Changes
		}
		lines := []exportLine{line}
		for len(list) > 0 && list[0].Seq <= e.Seq {
			lines, list = append(lines, exportLine{Checkpoint: &list[0]}), list[1:]
		}
		for _, line := range lines {
			if err := enc.Encode(line); err != nil {
				return fmt.Errorf("write export: %w", err)
			}
		}
	}
	return nil
}

// Proof is what the verification of an export found.
type Proof struct {
	OK          bool     `json:"ok"`
	First       int64    `json:"first"`
	Count       int64    `json:"count"`
	Checkpoints int64    `json:"checkpoints"`
	Unproven    int64    `json:"unproven"` // entries behind the last checkpoint
	Anchored    bool     `json:"anchored"` // the beginning is the log's, or signed
	Keys        []string `json:"keys"`     // that signed
	Trusted     bool     `json:"trusted"`  // the keys were given, not taken from the export
	Reason      string   `json:"reason,omitempty"`
}

// Err returns what is wrong with the export, or nil.
func (p Proof) Err() error {
	if p.OK {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrBroken, p.Reason)
}

// lineMax bounds a line of an export.
const lineMax = 4 << 20

// VerifyExport checks an export by itself: the chain from its first entry to its
// last, and every checkpoint's signature. trusted are public keys in PEM that
// came another way than the export; without any, the export is only shown to
// agree with itself.
func VerifyExport(r io.Reader, trusted []string) (Proof, error) {
	v := &exportReader{proof: Proof{OK: true, Keys: []string{}, Trusted: len(trusted) > 0}, trusted: trusted}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), lineMax)
	for n := 1; lines.Scan(); n++ {
		var line exportLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return v.proof, fmt.Errorf("line %d of the export cannot be read: %w", n, err)
		}
		if reason := v.take(n, line); reason != "" {
			v.proof.OK, v.proof.Reason = false, fmt.Sprintf("line %d: %s", n, reason)
			return v.proof, nil
		}
	}
	if err := lines.Err(); err != nil {
		return v.proof, fmt.Errorf("read export: %w", err)
	}
	if !v.begun {
		return v.proof, errors.New("the file is no audit export")
	}
	if !v.ended {
		v.proof.OK, v.proof.Reason = false, "the end of the export is missing"
	}
	return v.proof, nil
}

type exportReader struct {
	proof   Proof
	trusted []string
	begun   bool
	ended   bool
	prev    string
	seq     int64 // of the entry before
}

// take checks one line and returns what is wrong with it.
func (v *exportReader) take(n int, line exportLine) string {
	switch {
	case v.ended:
		return "there is more behind the end"
	case (n == 1) != (line.Header != nil):
		return "the header is the first line, and only the first"
	case line.Header != nil:
		if line.Header.Form != exportForm && line.Header.Form != exportFormBefore {
			return fmt.Sprintf("the form %q is not known", line.Header.Form)
		}
		v.begun, v.prev, v.seq, v.proof.First = true, line.Header.Prev, line.Header.First-1, line.Header.First
		v.proof.Anchored = line.Header.First == 1 && line.Header.Prev == ""
	case line.Entry != nil:
		return v.entry(*line.Entry)
	case line.Checkpoint != nil:
		return v.checkpoint(*line.Checkpoint)
	case line.End != nil:
		v.ended = true
		if line.End.Count != v.proof.Count {
			return fmt.Sprintf("the export says %d entries and has %d", line.End.Count, v.proof.Count)
		}
	default:
		return "it is neither entry nor checkpoint"
	}
	return ""
}

func (v *exportReader) entry(e Entry) string {
	if e.Seq != v.seq+1 {
		return fmt.Sprintf("entry %d is missing", v.seq+1)
	}
	if e.Hash != e.digest(v.prev) {
		return fmt.Sprintf("entry %d or its hash was altered", e.Seq)
	}
	v.prev, v.seq = e.Hash, e.Seq
	v.proof.Count++
	v.proof.Unproven++
	return ""
}

func (v *exportReader) checkpoint(c Checkpoint) string {
	if c.Seq != v.seq || c.Hash != v.prev {
		return fmt.Sprintf("checkpoint %d does not fit the entry before it", c.Seq)
	}
	if err := c.verify(v.trusted); err != nil {
		return err.Error()
	}
	v.proof.Checkpoints++
	v.proof.Unproven = 0
	v.proof.Anchored = v.proof.Anchored || v.proof.Count == 0
	if !slices.Contains(v.proof.Keys, c.Key) {
		v.proof.Keys = append(v.proof.Keys, c.Key)
	}
	return ""
}
