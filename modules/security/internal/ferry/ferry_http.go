package ferry

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/egress"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/lib/taxii"
	"linghang/modules/security/internal/peer"
	"linghang/modules/security/internal/second"
)

// The permissions of files that are taken in.
const (
	mayImport = "security.ferry.import"
	mayManage = "security.ferry.manage"

	topic      = "security.ferry"
	jobRead    = "read_notice_sources_now"
	toldUnread = "security.ferry.unread"
)

// Inbox is where what files bring goes.
type Inbox interface {
	Sound(ctx context.Context, raw []byte) error
	Deliver(ctx context.Context, tx *sqldb.Tx, objects [][]byte, name string) error
}

// Sender is a source that brings something.
type Sender struct {
	ID, Name, Pair string
	File           int64 // number of the file; 0: it came by TAXII
}

// Desk is what becomes of what sources bring beside the inbox.
type Desk interface {
	// Notices takes the reports of an upper level as its notices, and says why others are not.
	Notices(ctx context.Context, tx *sqldb.Tx, from Sender, objects [][]byte) (taken int64, refusal []string, err error)
	// Receipts takes what a lower level acknowledges.
	Receipts(ctx context.Context, tx *sqldb.Tx, from Sender, objects [][]byte) (int64, error)
	// Paired tells whether a channel leads to where a source comes from: up to an upper level,
	// or down to a lower one.
	Paired(ctx context.Context, channel string, upper bool) (bool, error)
}

// Ferry is the part of the room that takes notices of others in.
type Ferry struct {
	kit           *module.Kit
	organisations Organisations
	store         store
	inbox         Inbox
	desk          Desk
	guard         *egress.Guard
	broken        error
	clock         func() time.Time
}

// Organisations is the register of organisations.
type Organisations interface {
	Root(ctx context.Context) (identity.Organisation, error)
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
}

// New returns the part of the room.
func New(kit *module.Kit, organisations Organisations, inbox Inbox, desk Desk, set peer.Settings, clock func() time.Time) *Ferry {
	m := &Ferry{kit: kit, organisations: organisations, store: store{kit.DB}, inbox: inbox, desk: desk, clock: clock}
	m.guard, m.broken = set.Guard()
	return m
}

// Broken is why no collection can be read; nil nearly always.
func (m *Ferry) Broken() error { return m.broken }

func (m *Ferry) now() time.Time { return m.clock().UTC().Truncate(time.Millisecond) }

func (m *Ferry) deliver(ctx context.Context, tx *sqldb.Tx, objects [][]byte, name string) error {
	if err := m.inbox.Deliver(ctx, tx, objects, name); err != nil {
		return fmt.Errorf("take in what %s brings: %w", name, err)
	}
	return nil
}

// brought is what came at once beside objects.
type brought struct {
	notices, receipts int64
	refusal           []string
}

// understand takes what a source tells: notices of an upper level, or what a lower level
// acknowledges. file is the number of the file that it came in; 0: in none.
func (m *Ferry) understand(ctx context.Context, tx *sqldb.Tx, s NoticeSource, file int64, good [][]byte) (b brought, err error) {
	from := Sender{s.ID, s.Name, s.Pair, file}
	switch {
	case s.Upper:
		b.notices, b.refusal, err = m.desk.Notices(ctx, tx, from, good)
	case s.Pair != "":
		b.receipts, err = m.desk.Receipts(ctx, tx, from, good)
	}
	if err != nil {
		return b, fmt.Errorf("read what %s brings: %w", s.Name, err)
	}
	return b, nil
}

// paired refuses a way back that does not lead to where a source comes from.
func (m *Ferry) paired(ctx context.Context, s NoticeSourceSpec) error {
	if s.Pair == "" {
		return nil
	}
	is, err := m.desk.Paired(ctx, s.Pair, s.Upper)
	if err != nil {
		return fmt.Errorf("look for the way back: %w", err)
	}
	if !is {
		return wrongSource().At("body.pair_id", "of an upper level a channel upward, of a lower one a channel downward")
	}
	return nil
}

// known refuses who hands in and is no organisation, or is the city itself.
func (m *Ferry) known(ctx context.Context, s NoticeSourceSpec) error {
	if s.Way != ByInbox {
		return nil
	}
	root, err := m.organisations.Root(ctx)
	if err != nil {
		return fmt.Errorf("find the city's bureau: %w", err)
	}
	_, err = m.organisations.Organisation(ctx, s.Organisation)
	if fault.Is(err, fault.NotFound) || s.Organisation == root.ID {
		return wrongSource().At("body.organisation_id", "an organisation other than the city's bureau, whose token hands in")
	}
	if err != nil {
		return fmt.Errorf("read who hands in: %w", err)
	}
	return nil
}

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	return []module.Permission{
		{ID: mayImport, Title: lang.Text{ZH: "查看通报来源，导入签名文件", EN: "See the sources of notices, and take in signed files"}, Roles: []identity.Role{identity.Officer}},
		{ID: mayManage, Title: lang.Text{ZH: "管理通报来源及其受信公钥、凭据", EN: "Manage the sources of notices, with the keys that are trusted and the credentials"}, Roles: []identity.Role{identity.Officer}},
	}
}

// Notified are the kinds of messages that sources are told by.
func Notified() []message.Kind {
	return []message.Kind{{ID: toldUnread, Title: lang.Text{ZH: "通报来源读取失败", EN: "Sources of notices that cannot be read"}, Gravity: message.Urgent, Mail: message.AtOnce}}
}

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: mayImport}} }

// Jobs come around.
func (m *Ferry) Jobs() []module.Job {
	return []module.Job{
		{Name: "forget_ferry_files", Title: lang.Text{ZH: "清理过期的文件导入记录", EN: "Forget old records of files that were taken in"}, Every: 24 * time.Hour, Do: m.forget},
		{Name: "read_notice_sources", Title: lang.Text{ZH: "读取 TAXII 通报来源", EN: "Read sources of notices by TAXII"}, Every: 15 * time.Second, Do: m.poll},
		{Name: jobRead, Title: lang.Text{ZH: "立即读取 TAXII 通报来源", EN: "Read sources of notices by TAXII now"}, Run: func(ctx context.Context, _ *jobs.Task) (any, error) { return nil, m.poll(ctx) }, Tries: 1},
	}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "通报来源", EN: "Sources of notices"}, Path: "/security/files", Icon: "shared", Permission: mayImport}}
}

// Routes are the doors.
func (m *Ferry) Routes() []module.Route {
	return []module.Route{
		{Pattern: "GET /ferry-sources", Permission: mayImport, Summary: "Sources of notices: channels of signed files with the numbers that are missing, collections of TAXII that are read, organisations that hand in", Handler: httpd.List(m.list)},
		{Pattern: "POST /ferry-sources", Permission: mayManage, Summary: "Trust a source: a channel with its public keys, a collection of TAXII, or who hands in", Handler: httpd.Created(m.add)},
		{Pattern: "POST /ferry-sources/trial", Permission: mayManage, Recorded: "nothing is kept", Summary: "Which collections an API root has, as the city would sign in", Handler: httpd.JSON(m.trySource)},
		{Pattern: "GET /ferry-sources/{id}", Permission: mayImport, Summary: "A source, with what it brought last", Handler: httpd.JSON(m.read)},
		{Pattern: "PUT /ferry-sources/{id}", Permission: mayManage, Summary: "Change a source; a collection that is another one is read from its beginning", Handler: httpd.JSON(m.edit)},
		{Pattern: "POST /ferry-sources/{id}/confirmation", Permission: mayManage, Summary: "Confirm a source that somebody else trusts", Handler: httpd.JSON(m.confirmSource)},
		{Pattern: "DELETE /ferry-sources/{id}", Permission: mayManage, Summary: "Trust a source no more; what it brought stays", Handler: httpd.JSON(m.remove)},
		{Pattern: "POST /ferry-sources/{id}/reading", Permission: mayImport, Summary: "Read a collection of TAXII now", Handler: httpd.JSON(m.readNow)},
		{
			Pattern: "POST /ferry-import", Permission: mayImport, MaxBody: MostOctets, Stream: true,
			Summary: "Take in a signed file, whose turn it has to be", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.importFile)),
		},
	}
}

func cityOnly(ctx context.Context) error {
	if !identity.From(ctx).Scope.All {
		return fault.New(fault.Forbidden, "security.ferry.city", "sources of notices are for who sees the whole city")
	}
	return nil
}

func (m *Ferry) list(ctx context.Context, in sqldb.ListParams) (sqldb.Page[NoticeSource], error) {
	if err := cityOnly(ctx); err != nil {
		return sqldb.Page[NoticeSource]{Items: []NoticeSource{}}, err
	}
	return m.store.sources(ctx, in)
}

// NoticeSourceSaid is a source with its secret.
type NoticeSourceSaid struct {
	NoticeSourceSpec
	Since  *time.Time `json:"since,omitempty" doc:"Of a collection that is new, or another one: what was added to it later is received; without it everything is"`
	Secret string     `json:"secret,omitempty" maxLength:"4000" doc:"Password or token; kept sealed and never shown. Without it, a source keeps the one that it has"`
}

// cursor is where the reading of a collection begins; empty: at its beginning.
func (s NoticeSourceSaid) cursor() string {
	if s.Since == nil {
		return ""
	}
	return taxii.Stamp(*s.Since)
}

type addNoticeSourceInput struct {
	Body NoticeSourceSaid
}

func (m *Ferry) add(ctx context.Context, in addNoticeSourceInput) (NoticeSourceDetail, error) {
	if err := cityOnly(ctx); err != nil {
		return NoticeSourceDetail{}, err
	}
	s := NoticeSource{ID: ulid.Make().String(), NoticeSourceSpec: in.Body.NoticeSourceSpec}
	s.Hand = s.Set(identity.From(ctx))
	if err := m.sane(ctx, &s.NoticeSourceSpec); err != nil {
		return NoticeSourceDetail{}, err
	}
	if s.Way == ByTAXII {
		s.Cursor = in.Body.cursor()
	}
	s, err := m.withSecret(ctx, NoticeSource{NoticeSourceSpec: s.NoticeSourceSpec}, s, in.Body.Secret)
	if err != nil {
		return NoticeSourceDetail{}, err
	}
	if err := m.store.insert(ctx, s, m.now(), m.askSecond); err != nil {
		return NoticeSourceDetail{}, err
	}
	m.kit.Notify(topic, s.ID, "")
	return m.detail(ctx, s.ID)
}

// sane trims what somebody said of a source, and refuses what is wrong with it.
func (m *Ferry) sane(ctx context.Context, s *NoticeSourceSpec) error {
	if err := s.check(); err != nil {
		return err
	}
	if err := m.known(ctx, *s); err != nil {
		return err
	}
	return m.paired(ctx, *s)
}

// NoticeSourceDetail is a source on its own page.
type NoticeSourceDetail struct {
	NoticeSource
	Files []TakenFile `json:"files" nullable:"false" doc:"The newest first, 50 at most"`
	Turns []TakenTurn `json:"turns" nullable:"false" doc:"What came by TAXII, and what went wrong; the newest first, 200 at most"`
}

func (m *Ferry) detail(ctx context.Context, id string) (d NoticeSourceDetail, err error) {
	if d.NoticeSource, err = oneSource(ctx, m.store.db, "id", id); err != nil {
		return d, err
	}
	who := identity.From(ctx)
	d.Hand = d.For(who, who.May(mayManage))
	if d.Files, err = m.store.files(ctx, id); err != nil {
		return d, err
	}
	d.Turns, err = m.store.turns(ctx, id)
	return d, err
}

// askSecond asks the others with the duty to confirm what was set up or changed.
func (m *Ferry) askSecond(ctx context.Context, tx *sqldb.Tx, s NoticeSource) error {
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
func (m *Ferry) confirmSource(ctx context.Context, in confirmSourceInput) (NoticeSourceDetail, error) {
	before, err := m.expected(ctx, in.ID, in.IfMatch)
	if err != nil {
		return NoticeSourceDetail{}, err
	}
	after := before
	if after.Hand, err = before.Confirm(identity.From(ctx), m.now()); err != nil {
		return NoticeSourceDetail{}, err //nolint:wrapcheck // the refusal
	}
	return m.keep(ctx, before, after)
}

// expected is a source in the version that somebody has seen.
func (m *Ferry) expected(ctx context.Context, id string, seen httpd.IfMatch) (NoticeSource, error) {
	if err := cityOnly(ctx); err != nil {
		return NoticeSource{}, err
	}
	version, err := seen.Expected()
	if err != nil {
		return NoticeSource{}, err
	}
	s, err := oneSource(ctx, m.store.db, "id", id)
	if err == nil && s.Version != version {
		err = stale()
	}
	return s, err
}

func (m *Ferry) read(ctx context.Context, in httpd.Object) (NoticeSourceDetail, error) {
	if err := cityOnly(ctx); err != nil {
		return NoticeSourceDetail{}, err
	}
	return m.detail(ctx, in.ID)
}

type editNoticeSourceInput struct {
	httpd.Object
	httpd.IfMatch
	Body NoticeSourceSaid
}

func (m *Ferry) edit(ctx context.Context, in editNoticeSourceInput) (NoticeSourceDetail, error) {
	before, err := m.expected(ctx, in.ID, in.IfMatch)
	if err != nil {
		return NoticeSourceDetail{}, err
	}
	after := before
	after.NoticeSourceSpec = in.Body.NoticeSourceSpec
	after.Way, after.Channel, after.First = before.Way, before.Channel, before.First
	if err := m.sane(ctx, &after.NoticeSourceSpec); err != nil {
		return NoticeSourceDetail{}, err
	}
	if another(before, after) {
		after.Cursor = in.Body.cursor()
	}
	if after, err = m.withSecret(ctx, before, after, in.Body.Secret); err != nil {
		return NoticeSourceDetail{}, err
	}
	if after.asks(before.NoticeSourceSpec, after.SecretVersion > before.SecretVersion) {
		after.Hand = after.Set(identity.From(ctx))
	}
	return m.keep(ctx, before, after)
}

// another tells whether a source is of another collection than before.
func another(before, after NoticeSource) bool {
	return before.Root != after.Root || before.Collection != after.Collection
}

// keep keeps a source after a change; a collection is read at once.
func (m *Ferry) keep(ctx context.Context, before, after NoticeSource) (NoticeSourceDetail, error) {
	if err := m.store.edit(ctx, before, after, m.now(), m.askSecond, m.askReading); err != nil {
		return NoticeSourceDetail{}, err
	}
	m.kit.Notify(topic, after.ID, "")
	return m.detail(ctx, after.ID)
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
	if fault.Is(err, fault.NotFound) || err == nil && s.Way != ByFile {
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
	good, refusal, err := m.unpack(ctx, f)
	if err != nil {
		return TakenFile{}, err
	}
	out, err := m.take(ctx, f, good, refusal)
	m.kit.Notify(topic, s.ID, "")
	return out, err
}

// mostObjects are in a file at most.
const mostObjects = 20_000

// unpack parts the objects of a file into good ones and why others are refused.
func (m *Ferry) unpack(ctx context.Context, f File) (good [][]byte, refusal []string, err error) {
	list, err := f.Objects()
	if err != nil {
		return nil, nil, unreadable(err)
	}
	if len(list) > mostObjects {
		return nil, nil, unreadable(fmt.Errorf("its bundle has more than %d objects", mostObjects))
	}
	good, refusal = m.sound(ctx, list)
	return good, refusal, nil
}

// sound parts objects into good ones and why others are refused.
func (m *Ferry) sound(ctx context.Context, list [][]byte) (good [][]byte, refusal []string) {
	for _, raw := range list {
		if err := m.inbox.Sound(ctx, raw); err != nil {
			refusal = append(refusal, err.Error())
			continue
		}
		good = append(good, raw)
	}
	return good, refusal
}
