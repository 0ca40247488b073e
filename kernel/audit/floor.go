package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Floor is the last entry that was removed, signed: the log begins behind it.
// What is signed is no checkpoint's statement, so that no checkpoint serves as one.
type Floor struct {
	Seq       int64
	Hash      string
	At        time.Time
	Key       string
	Suite     string
	Public    string
	Signature string
}

func (f Floor) statement() []byte {
	return fmt.Appendf(nil, "linghang-audit-floor-1\n%d\n%s\n%s\n%s\n", f.Seq, f.Hash, f.At.UTC().Format(time.RFC3339Nano), f.Key)
}

// signFloor makes a checkpoint the floor.
func (l *Log) signFloor(ctx context.Context, c Checkpoint) (Floor, error) {
	if l.ring == nil {
		return Floor{}, errors.New("the audit log has no keys to sign with")
	}
	f := Floor{Seq: c.Seq, Hash: c.Hash, At: time.Now().UTC().Truncate(time.Millisecond)}
	signer, err := l.ring.Signer(ctx, checkpointPurpose)
	if err != nil {
		return f, err
	}
	f.Key, f.Suite, f.Public = signer.Key.ID, signer.Key.Suite, signer.Key.Public
	f.Signature, err = signer.Sign(f.statement())
	return f, err
}

// wrongFloor says what is wrong with where the log begins.
func (l *Log) wrongFloor(ctx context.Context, f Floor) (string, error) {
	if f.Seq == 0 {
		return "", nil
	}
	if signed := l.ring != nil && l.ring.Verify(ctx, checkpointPurpose, f.statement(), f.Signature) == nil; !signed {
		return "where the log begins was not signed by this installation", nil
	}
	list, err := l.checkpoints(ctx, f.Seq, f.Seq)
	if err != nil {
		return "", err
	}
	if len(list) == 0 || list[0].Hash != f.Hash || !l.genuine(ctx, list[0]) {
		return "the signed checkpoint behind which the log begins is missing", nil
	}
	return "", nil
}

// tells reports whether an entry is the record of the removal up to the floor.
func (f Floor) tells(e Entry) bool {
	return e.Action == removeAction && strings.HasSuffix(e.Object, fmt.Sprintf("-%d", f.Seq)) && strings.Contains(e.Detail, f.Hash)
}
