package ferry

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/second"
)

// The permissions of files that are taken in.
const (
	mayImport = "security.ferry.import"
	mayManage = "security.ferry.manage"

	topic = "security.ferry"
)

// Inbox is where what files bring goes.
type Inbox interface {
	Sound(ctx context.Context, raw []byte) error
	Deliver(ctx context.Context, tx *sqldb.Tx, objects [][]byte, name string) error
}

// Sender is a channel whose file is taken in.
type Sender struct {
	ID, Name, Pair string
	File           int64 // number of the file
}

// Desk is what becomes of what files bring beside the inbox.
type Desk interface {
	// Notices takes the reports of an upper level as its notices, and says why others are not.
	Notices(ctx context.Context, tx *sqldb.Tx, from Sender, objects [][]byte) (taken int64, refusal []string, err error)
	// Receipts takes what a lower level acknowledges.
	Receipts(ctx context.Context, tx *sqldb.Tx, from Sender, objects [][]byte) (int64, error)
	// Paired tells whether a channel leads to where a source comes from: up to an upper level,
	// or down to a lower one.
	Paired(ctx context.Context, channel string, upper bool) (bool, error)
}

// Ferry is the part of the room that takes files in.
type Ferry struct {
	kit           *module.Kit
	organisations Organisations
	store         store
	inbox         Inbox
	desk          Desk
	clock         func() time.Time
}

// Organisations is the register of organisations.
type Organisations interface {
	Root(ctx context.Context) (identity.Organisation, error)
}

// New returns the part of the room.
func New(kit *module.Kit, organisations Organisations, inbox Inbox, desk Desk, clock func() time.Time) *Ferry {
	return &Ferry{kit: kit, organisations: organisations, store: store{kit.DB}, inbox: inbox, desk: desk, clock: clock}
}

func (m *Ferry) now() time.Time { return m.clock().UTC().Truncate(time.Millisecond) }

func (m *Ferry) deliver(ctx context.Context, tx *sqldb.Tx, objects [][]byte, name string) error {
	if err := m.inbox.Deliver(ctx, tx, objects, name); err != nil {
		return fmt.Errorf("take in a file of %s: %w", name, err)
	}
	return nil
}

// brought is what a file brings beside objects.
type brought struct {
	notices, receipts int64
	refusal           []string
}

// understand takes what a file tells: notices of an upper level, or what a lower level
// acknowledges.
func (m *Ferry) understand(ctx context.Context, tx *sqldb.Tx, s FileSource, f File, good [][]byte) (b brought, err error) {
	from := Sender{s.ID, s.Name, s.Pair, f.Sequence}
	switch {
	case s.Upper:
		b.notices, b.refusal, err = m.desk.Notices(ctx, tx, from, good)
	case s.Pair != "":
		b.receipts, err = m.desk.Receipts(ctx, tx, from, good)
	}
	if err != nil {
		return b, fmt.Errorf("read a file of %s: %w", s.Name, err)
	}
	return b, nil
}

// paired refuses a way back that does not lead to where a source comes from.
func (m *Ferry) paired(ctx context.Context, s FileSourceSpec) error {
	if s.Pair == "" {
		return nil
	}
	is, err := m.desk.Paired(ctx, s.Pair, s.Upper)
	if err != nil {
		return fmt.Errorf("look for the way back: %w", err)
	}
	if !is {
		return fault.New(fault.Invalid, "security.ferry.invalid", "the source is incomplete or wrong").At("body.pair_id", "of an upper level a channel upward, of a lower one a channel downward")
	}
	return nil
}

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	return []module.Permission{
		{ID: mayImport, Title: lang.Text{ZH: "导入签名文件", EN: "Take in signed files"}, Roles: []identity.Role{identity.Officer}},
		{ID: mayManage, Title: lang.Text{ZH: "管理签名文件的来源和受信公钥", EN: "Manage the sources of signed files, and the keys that are trusted"}, Roles: []identity.Role{identity.Officer}},
	}
}

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: mayImport}} }

// Jobs come around.
func (m *Ferry) Jobs() []module.Job {
	return []module.Job{{Name: "forget_ferry_files", Title: lang.Text{ZH: "清理过期的文件导入记录", EN: "Forget old records of files that were taken in"}, Every: 24 * time.Hour, Do: m.forget}}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "签名文件导入", EN: "Signed files"}, Path: "/security/files", Icon: "shared", Permission: mayImport}}
}

// Routes are the doors.
func (m *Ferry) Routes() []module.Route {
	return []module.Route{
		{Pattern: "GET /ferry-sources", Permission: mayImport, Summary: "Channels that signed files are taken in from, and which numbers are missing", Handler: httpd.List(m.list)},
		{Pattern: "POST /ferry-sources", Permission: mayManage, Summary: "Trust a channel, with its public keys", Handler: httpd.Created(m.add)},
		{Pattern: "GET /ferry-sources/{id}", Permission: mayImport, Summary: "A channel, with the files that were taken in last", Handler: httpd.JSON(m.read)},
		{Pattern: "PUT /ferry-sources/{id}", Permission: mayManage, Summary: "Change the name and the keys of a channel", Handler: httpd.JSON(m.edit)},
		{Pattern: "POST /ferry-sources/{id}/confirmation", Permission: mayManage, Summary: "Confirm a channel, with its keys, that somebody else trusts", Handler: httpd.JSON(m.confirmSource)},
		{Pattern: "DELETE /ferry-sources/{id}", Permission: mayManage, Summary: "Trust a channel no more; what it brought stays", Handler: httpd.JSON(m.remove)},
		{
			Pattern: "POST /ferry-import", Permission: mayImport, MaxBody: MostOctets, Stream: true,
			Summary: "Take in a signed file, whose turn it has to be", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.importFile)),
		},
	}
}

func cityOnly(ctx context.Context) error {
	if !identity.From(ctx).Scope.All {
		return fault.New(fault.Forbidden, "security.ferry.city", "signed files are taken in by who sees the whole city")
	}
	return nil
}

func (m *Ferry) list(ctx context.Context, in sqldb.ListParams) (sqldb.Page[FileSource], error) {
	if err := cityOnly(ctx); err != nil {
		return sqldb.Page[FileSource]{Items: []FileSource{}}, err
	}
	return m.store.sources(ctx, in)
}

type addFileSourceInput struct {
	Body FileSourceSpec
}

func (m *Ferry) add(ctx context.Context, in addFileSourceInput) (FileSourceDetail, error) {
	if err := cityOnly(ctx); err != nil {
		return FileSourceDetail{}, err
	}
	s := FileSource{ID: ulid.Make().String(), FileSourceSpec: in.Body}
	s.Hand = s.Set(identity.From(ctx))
	if err := s.check(); err != nil {
		return FileSourceDetail{}, err
	}
	if err := m.paired(ctx, s.FileSourceSpec); err != nil {
		return FileSourceDetail{}, err
	}
	if err := m.store.insert(ctx, s, m.now(), m.askSecond); err != nil {
		return FileSourceDetail{}, err
	}
	m.kit.Notify(topic, s.ID, "")
	return m.detail(ctx, s.ID)
}

// FileSourceDetail is a source on its own page.
type FileSourceDetail struct {
	FileSource
	Files []TakenFile `json:"files" nullable:"false" doc:"The newest first, 50 at most"`
}

func (m *Ferry) detail(ctx context.Context, id string) (d FileSourceDetail, err error) {
	if d.FileSource, err = oneSource(ctx, m.store.db, "id", id); err != nil {
		return d, err
	}
	who := identity.From(ctx)
	d.Hand = d.For(who, who.May(mayManage))
	d.Files, err = m.store.files(ctx, id)
	return d, err
}

// askSecond asks the others with the duty to confirm what was set up or changed.
func (m *Ferry) askSecond(ctx context.Context, tx *sqldb.Tx, s FileSource) error {
	if s.Confirmed {
		return nil
	}
	root, err := m.organisations.Root(ctx)
	if err != nil {
		return fmt.Errorf("find the city's bureau: %w", err)
	}
	return second.Tell(ctx, tx, m.kit, root.ID, mayManage, s.Name, "/security/files/"+s.ID) //nolint:wrapcheck // it says all
}

type confirmSourceInput struct {
	httpd.Object
	httpd.IfMatch
}

// confirmSource is the word of the second person, about the version that they have seen.
func (m *Ferry) confirmSource(ctx context.Context, in confirmSourceInput) (FileSourceDetail, error) {
	before, err := m.expected(ctx, in.ID, in.IfMatch)
	if err != nil {
		return FileSourceDetail{}, err
	}
	after := before
	if after.Hand, err = before.Confirm(identity.From(ctx), m.now()); err != nil {
		return FileSourceDetail{}, err //nolint:wrapcheck // the refusal
	}
	if err := m.store.edit(ctx, before, after, m.askSecond); err != nil {
		return FileSourceDetail{}, err
	}
	m.kit.Notify(topic, in.ID, "")
	return m.detail(ctx, in.ID)
}

// expected is a source in the version that somebody has seen.
func (m *Ferry) expected(ctx context.Context, id string, seen httpd.IfMatch) (FileSource, error) {
	if err := cityOnly(ctx); err != nil {
		return FileSource{}, err
	}
	version, err := seen.Expected()
	if err != nil {
		return FileSource{}, err
	}
	s, err := oneSource(ctx, m.store.db, "id", id)
	if err == nil && s.Version != version {
		err = stale()
	}
	return s, err
}

func (m *Ferry) read(ctx context.Context, in httpd.Object) (FileSourceDetail, error) {
	if err := cityOnly(ctx); err != nil {
		return FileSourceDetail{}, err
	}
	return m.detail(ctx, in.ID)
}

type editFileSourceInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Name  string `json:"name" maxLength:"100"`
		Keys  string `json:"keys" maxLength:"20000"`
		Upper bool   `json:"upper,omitempty"`
		Pair  string `json:"pair_id,omitempty" maxLength:"26"`
	}
}

func (m *Ferry) edit(ctx context.Context, in editFileSourceInput) (FileSourceDetail, error) {
	before, err := m.expected(ctx, in.ID, in.IfMatch)
	if err != nil {
		return FileSourceDetail{}, err
	}
	after := before
	after.Name, after.Keys, after.Upper, after.Pair = in.Body.Name, in.Body.Keys, in.Body.Upper, in.Body.Pair
	if err := after.check(); err != nil {
		return FileSourceDetail{}, err
	}
	if err := m.paired(ctx, after.FileSourceSpec); err != nil {
		return FileSourceDetail{}, err
	}
	if after.asks(before.FileSourceSpec) {
		after.Hand = after.Set(identity.From(ctx))
	}
	if err := m.store.edit(ctx, before, after, m.askSecond); err != nil {
		return FileSourceDetail{}, err
	}
	m.kit.Notify(topic, in.ID, "")
	return m.detail(ctx, in.ID)
}

func (m *Ferry) remove(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	if err := cityOnly(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	s, err := oneSource(ctx, m.store.db, "id", in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if err := m.store.remove(ctx, s); err != nil {
		return httpd.Nothing{}, err
	}
	m.kit.Notify(topic, in.ID, "")
	return httpd.Nothing{}, nil
}

func (m *Ferry) importFile(w http.ResponseWriter, r *http.Request) {
	v, err := m.bring(r)
	httpd.Answer(w, r, http.StatusOK, v, err)
}

func unreadable(err error) error {
	return fault.New(fault.Invalid, "security.ferry.file", "this is no signed file of notices: %s", err.Error()).At("body", "a file as its sender made it").With("why", err.Error())
}

func (m *Ferry) bring(r *http.Request) (TakenFile, error) {
	ctx := r.Context()
	if err := cityOnly(ctx); err != nil {
		return TakenFile{}, err
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return TakenFile{}, err //nolint:wrapcheck // the door's own refusal
	}
	f, err := Read(data)
	if err != nil {
		return TakenFile{}, unreadable(err)
	}
	s, err := oneSource(ctx, m.store.db, "channel", f.Channel)
	if fault.Is(err, fault.NotFound) {
		return TakenFile{}, fault.New(fault.Invalid, "security.ferry.unknown", "no source has the channel %s", f.Channel).With("channel", f.Channel)
	}
	if err != nil {
		return TakenFile{}, err
	}
	if err := s.Waits(s.Name); err != nil {
		return TakenFile{}, err //nolint:wrapcheck // the refusal
	}
	if !f.Verify(s.keys()) {
		return TakenFile{}, wrongKey()
	}
	good, refusal, err := m.sound(ctx, f)
	if err != nil {
		return TakenFile{}, err
	}
	out, err := m.take(ctx, f, good, refusal)
	m.kit.Notify(topic, s.ID, "")
	return out, err
}

// mostObjects are in a file at most.
const mostObjects = 20_000

// sound parts the objects of a file into good ones and why others are refused.
func (m *Ferry) sound(ctx context.Context, f File) (good [][]byte, refusal []string, err error) {
	list, err := f.Objects()
	if err != nil {
		return nil, nil, unreadable(err)
	}
	if len(list) > mostObjects {
		return nil, nil, unreadable(fmt.Errorf("its bundle has more than %d objects", mostObjects))
	}
	for _, raw := range list {
		if err := m.inbox.Sound(ctx, raw); err != nil {
			refusal = append(refusal, err.Error())
			continue
		}
		good = append(good, raw)
	}
	return good, refusal, nil
}
