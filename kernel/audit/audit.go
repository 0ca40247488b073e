// Package audit keeps the log of who did what: append-only, each entry bound
// to the one before by a hash, so that a removed or altered row is found.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

// Entry is one act. Its hash covers every field and the hash of the entry before.
type Entry struct {
	Seq            int64     `json:"seq" title:"序号|No."`
	ID             string    `json:"id" title:"编号|ID"`
	At             time.Time `json:"at" title:"时间|Time"`
	Actor          string    `json:"actor" title:"操作者编号|Actor ID"`
	ActorName      string    `json:"actor_name" title:"操作者|Actor"`
	OrganisationID string    `json:"organisation_id" title:"机构|Organisation"`
	Action         string    `json:"action" title:"操作|Action"`
	Object         string    `json:"object" title:"对象|Object"`
	Outcome        string    `json:"outcome" title:"结果|Outcome"`
	IP             string    `json:"ip" title:"来源地址|Address"`
	RequestID      string    `json:"request_id" title:"请求编号|Request"`
	Detail         string    `json:"detail" title:"说明|Detail"`
	Hash           string    `json:"hash" title:"摘要|Hash"`
	// What came later is left out of the hash where it is empty, so that older
	// entries verify as before.
	Permission string   `json:"permission,omitempty" title:"所需权限|Permission"`
	Session    string   `json:"session,omitempty" title:"会话|Session"`
	Factors    string   `json:"factors,omitempty" doc:"How the session was proven, as RFC 8176 names it" title:"认证方式|Proven by"`
	Changes    []Change `json:"changes,omitempty" doc:"What was changed, field by field" title:"变更|Changes"`
	// Erased tells that who acted was erased; it is never written.
	Erased bool `json:"erased,omitempty" title:"已擦除|Erased"`
}

// Recorded is the act of a change, emitted in the transaction of the change.
type Recorded struct{ Entry Entry }

// Subject implements bus.Event.
func (Recorded) Subject() string { return "audit.act.recorded" }

// NewEntry returns an entry for what the identity in ctx does now.
func NewEntry(ctx context.Context, action, object, outcome string) Entry {
	id := identity.From(ctx)
	return Entry{
		ID: ulid.Make().String(), At: time.Now().UTC().Truncate(time.Millisecond),
		Actor: id.Actor(), ActorName: id.Name, OrganisationID: id.Organisation.ID,
		Action: action, Object: object, Outcome: outcome, Session: id.SessionID, Factors: strings.Join(id.AMR, " "),
	}
}

// Log is the audit log, kept in the system's database.
type Log struct {
	db     *sqldb.DB
	ring   *seal.Keyring
	anchor string

	keys     *seal.Keyring // of the keys of persons; nil writes names in clear
	prepared atomic.Bool
	subjects subjects
	entries  *sqldb.Batch[Entry]
}

// NewLog returns the log kept in db.
func NewLog(db *sqldb.DB) *Log { return &Log{db: db, entries: sqldb.NewBatch(insertEntries)} }

// Append adds an entry as a change of its own.
func (l *Log) Append(ctx context.Context, e Entry) error { return l.appendAll(ctx, []Entry{e}) }

// Receive adds entries that changes of other rooms emitted, in their order.
func (l *Log) Receive(ctx context.Context, list []Recorded) error {
	entries := make([]Entry, len(list))
	for i := range list {
		entries[i] = list[i].Entry
	}
	return l.appendAll(ctx, entries)
}

func (l *Log) appendAll(ctx context.Context, list []Entry) error {
	for i := range list {
		var err error
		if list[i], err = l.Concealed(ctx, list[i]); err != nil {
			return err
		}
	}
	return l.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, e := range list {
			if err := l.AppendTx(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// Verification is what a walk along the chain found.
type Verification struct {
	OK       bool   `json:"ok"`
	Count    int64  `json:"count"`
	Removed  int64  `json:"removed,omitempty" doc:"The chain begins behind this entry: what was before is past its time, and was removed by the word of two"`
	Head     string `json:"head"`
	Signed   int64  `json:"signed" doc:"Checkpoints whose signatures fit"`
	BrokenAt int64  `json:"broken_at,omitempty" doc:"First entry that does not fit"`
	Reason   string `json:"reason,omitempty"`
}

// Verify walks the whole chain. Where old entries were removed meanwhile, it
// begins again behind them.
func (l *Log) Verify(ctx context.Context) (Verification, error) {
	for {
		floor, err := l.floor(ctx)
		if err != nil {
			return Verification{}, err
		}
		v, err := l.walk(ctx, floor)
		if err != nil || v.OK {
			return v, err
		}
		now, err := l.floor(ctx)
		if err != nil || now.Seq <= floor.Seq {
			return v, err
		}
	}
}

// walk follows the chain from the floor to the head.
func (l *Log) walk(ctx context.Context, floor Floor) (Verification, error) {
	v := Verification{OK: true, Removed: floor.Seq, Head: floor.Hash}
	wantSeq, wantHash, err := l.head(ctx)
	if err != nil {
		return v, err
	}
	wrong, err := l.wrongFloor(ctx, floor)
	if err != nil || wrong != "" {
		return v.broken(floor.Seq, wrong), err
	}
	told := floor.Seq == 0
	for {
		entries, err := l.after(ctx, v.last(), wantSeq, 1000)
		if err != nil {
			return v, err
		}
		for _, e := range entries {
			switch {
			case e.Seq != v.last()+1:
				return v.broken(v.last()+1, "an entry is missing"), nil
			case e.Hash != e.digest(v.Head):
				return v.broken(e.Seq, "the entry or its hash was altered"), nil
			}
			told = told || floor.tells(e)
			v.Head = e.Hash
			v.Count++
		}
		if len(entries) == 0 {
			break
		}
		signed, at, err := l.agree(ctx, entries)
		if err != nil {
			return v, err
		}
		if at > 0 {
			return v.broken(at, "the entry does not fit its signed checkpoint"), nil
		}
		v.Signed += signed
	}
	if !told {
		return v.broken(floor.Seq, "entries were removed and no entry tells so"), nil
	}
	return l.atHead(ctx, v, wantSeq, wantHash)
}

// atHead compares where the walk ended with the head.
func (l *Log) atHead(ctx context.Context, v Verification, seq int64, hash string) (Verification, error) {
	if v.last() != seq {
		return v.broken(v.last()+1, "entries at the end are missing"), nil
	}
	if v.Head != hash {
		return v.broken(v.last(), "the head does not match the last entry"), nil
	}
	past, err := l.pastHead(ctx)
	if err == nil && past > 0 {
		return v.broken(past, "entries were added past the head"), nil
	}
	return v, err
}

// last is the entry up to which the walk has come.
func (v Verification) last() int64 { return v.Removed + v.Count }

func (v Verification) broken(at int64, reason string) Verification {
	v.OK, v.BrokenAt, v.Reason, v.Head = false, at, reason, ""
	return v
}

// digest is SHA-256 over the entry's JSON with Hash empty, after the previous hash.
func (e Entry) digest(prev string) string {
	e.Hash, e.Erased = "", false
	data, err := json.Marshal(e)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(append([]byte(prev+"\n"), data...))
	return hex.EncodeToString(sum[:])
}

// ErrBroken is what the command line reports for a chain that does not verify.
var ErrBroken = errors.New("the audit chain is broken")

// Err returns an error that names the broken entry, or nil.
func (v Verification) Err() error {
	if v.OK {
		return nil
	}
	return fmt.Errorf("%w at entry %d: %s", ErrBroken, v.BrokenAt, v.Reason)
}

// Params filter the list of entries.
type Params struct {
	sqldb.ListParams
	Actor   string    `query:"actor" maxLength:"80" doc:"ID, such as person:01…"`
	By      string    `query:"by" maxLength:"80" doc:"A part of the actor's name, or the ID"`
	Action  string    `query:"action" maxLength:"80"`
	Object  string    `query:"object" maxLength:"200"`
	Outcome string    `query:"outcome" enum:"done,read,refused,failed"`
	From    time.Time `query:"from" doc:"Not before"`
	To      time.Time `query:"to" doc:"Before"`
}

var errNoHead = fault.New(fault.Internal, "system.audit.head", "the audit log has lost its head row")

// Room returns the room whose database holds the log.
func (l *Log) Room() string { return l.db.Room() }
