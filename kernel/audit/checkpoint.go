package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"linghang/kernel/seal"
)

// Checkpoint is the head of the chain at a moment, signed: whoever rewrites the
// database afterwards cannot make one that fits.
type Checkpoint struct {
	Seq       int64     `json:"seq"`
	Hash      string    `json:"hash"`
	At        time.Time `json:"at"`
	Key       string    `json:"key"`
	Suite     string    `json:"suite"`
	Public    string    `json:"public"`
	Signature string    `json:"signature"`
}

// checkpointPurpose is what the key of checkpoints is for.
const checkpointPurpose = "audit.checkpoint"

// statement is what is signed of a checkpoint.
func (c Checkpoint) statement() []byte {
	return fmt.Appendf(nil, "linghang-audit-checkpoint-1\n%d\n%s\n%s\n%s\n", c.Seq, c.Hash, c.At.UTC().Format(time.RFC3339Nano), c.Key)
}

// verify checks the signature with the key that the checkpoint names, which must
// be among the trusted ones where there are any.
func (c Checkpoint) verify(trusted []string) error {
	public := c.Public
	if len(trusted) > 0 {
		for _, t := range trusted {
			if seal.VerifyText(t, c.statement(), c.Signature) == nil {
				return nil
			}
		}
		return fmt.Errorf("checkpoint %d is signed by none of the keys that are trusted", c.Seq)
	}
	if err := seal.VerifyText(public, c.statement(), c.Signature); err != nil {
		return fmt.Errorf("checkpoint %d: %w", c.Seq, err)
	}
	return nil
}

// Certify lets the log sign its head with keys of the ring, and write a copy
// into the directory anchor, which a second party takes away; empty for none.
func (l *Log) Certify(ring *seal.Keyring, anchor string) { l.ring, l.anchor = ring, anchor }

// Checkpoint signs the head when there is news since the last one, and hands
// over what the second party has not got yet.
func (l *Log) Checkpoint(ctx context.Context) error {
	if l.ring == nil {
		return errors.New("the audit log has no keys to sign with")
	}
	seq, hash, err := l.head(ctx)
	if err != nil {
		return err
	}
	last, err := l.lastCheckpoint(ctx)
	if err != nil {
		return err
	}
	if seq > last {
		c := Checkpoint{Seq: seq, Hash: hash, At: time.Now().UTC().Truncate(time.Millisecond)}
		signer, err := l.ring.Signer(ctx, checkpointPurpose)
		if err != nil {
			return err
		}
		c.Key, c.Suite, c.Public = signer.Key.ID, signer.Key.Suite, signer.Key.Public
		if c.Signature, err = signer.Sign(c.statement()); err != nil {
			return err
		}
		if err := l.insertCheckpoint(ctx, c); err != nil {
			return err
		}
	}
	return l.handOver(ctx)
}

// handOver appends to the second party's file, then notes that it did: after a
// crash in between, a checkpoint is there twice, which hurts nobody.
func (l *Log) handOver(ctx context.Context) error {
	if l.anchor == "" {
		return nil
	}
	for {
		list, err := l.waitingCheckpoints(ctx)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := appendLines(filepath.Join(l.anchor, "audit-checkpoints.jsonl"), list); err != nil {
			return fmt.Errorf("configuration audit-anchor: %w", err)
		}
		if err := l.anchored(ctx, list[len(list)-1].Seq); err != nil {
			return err
		}
	}
}

func appendLines(path string, list []Checkpoint) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fmt.Errorf("make directory: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640) //nolint:gosec // the directory that the operator named; a second party reads it
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	enc := json.NewEncoder(f)
	for _, c := range list {
		if err := enc.Encode(c); err != nil {
			return fmt.Errorf("append: %w", err)
		}
	}
	return f.Sync()
}

// genuine reports whether a checkpoint is what was signed, with a key of this installation.
func (l *Log) genuine(ctx context.Context, c Checkpoint) bool {
	if c.verify(nil) != nil {
		return false
	}
	return l.ring == nil || l.ring.Verify(ctx, checkpointPurpose, c.statement(), c.Signature) == nil
}

// agree compares entries that were read in order with their checkpoints; it
// returns how many there were, and the first entry that does not fit.
func (l *Log) agree(ctx context.Context, entries []Entry) (n int64, at int64, err error) {
	if len(entries) == 0 {
		return 0, 0, nil
	}
	first := entries[0].Seq
	list, err := l.checkpoints(ctx, first, entries[len(entries)-1].Seq)
	if err != nil {
		return 0, 0, err
	}
	for _, c := range list {
		i := c.Seq - first
		if i >= int64(len(entries)) || entries[i].Hash != c.Hash || !l.genuine(ctx, c) {
			return n, c.Seq, nil
		}
		n++
	}
	return n, 0, nil
}
