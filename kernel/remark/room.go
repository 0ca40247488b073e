// Package remark is comments and attachments on any object (room: remark).
//
// A room says in its Manifest (Remarks) which of its objects people comment on,
// and answers for each who sees it; this room knows nothing else of rooms. Who
// does not see an object gets 404 for its comments and files.
//
// Comments are plain text, in threads of one level. Their authors edit them for
// a quarter of an hour, what they said before is kept; a removed comment leaves a
// mark. Persons who see the object can be mentioned and are told (kernel/notify).
// Files come in through kernel/files, belong to their uploader until they are
// said with a comment, and leave as downloads only; what no comment has after a
// day is swept, and content that no file has, such as after a crash, too.
//
// Settings ([remark]): see limits.
//
// Tables: comment, comment_version, mention, attachment, orphan.
// Tells: notices. Hears: remark.object.gone.
package remark

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/live"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// topicComments tells pages of an object to read its comments again.
const topicComments = "remark.comments"

// Kind is one kind of objects that people comment on.
type Kind struct {
	Room string
	module.Remarked
}

func (k Kind) name() string { return k.Room + "." + k.Noun }

// Room is the room of comments.
type Room struct {
	kit       *module.Kit
	directory *identity.Directory
	kinds     func() []Kind
	limits    limits
	comments  commentStore
	files     fileStore
	broken    error
}

// limits are the settings of the room.
type limits struct {
	FileMiB        int64 `json:"file-mib"`         // one file
	ObjectComments int   `json:"object-comments"`  // of one object
	ObjectFiles    int   `json:"object-files"`     // of one object
	ObjectMiB      int64 `json:"object-mib"`       // all files of one object
	PersonComments int   `json:"person-comments"`  // of one person within a day
	PersonFiles    int   `json:"person-files"`     // of one person within a day
	PersonMiB      int64 `json:"person-files-mib"` // all files of one person within a day
}

func usualLimits() limits {
	return limits{FileMiB: 20, ObjectComments: 2000, ObjectFiles: 200, ObjectMiB: 500, PersonComments: 300, PersonFiles: 100, PersonMiB: 300}
}

func (l limits) check() error {
	for _, n := range []int64{l.FileMiB, int64(l.ObjectComments), int64(l.ObjectFiles), l.ObjectMiB, int64(l.PersonComments), int64(l.PersonFiles), l.PersonMiB} {
		if n < 1 {
			return errors.New("configuration [remark]: every limit is at least 1")
		}
	}
	if l.FileMiB > largestFileMiB {
		return fmt.Errorf("configuration [remark] file-mib: at most %d", largestFileMiB)
	}
	return nil
}

// largestFileMiB is what the door lets through for one file.
const largestFileMiB = 200

// New returns the room; kinds are those of all rooms, complete when serving.
func New(kit *module.Kit, directory *identity.Directory, kinds func() []Kind) *Room {
	m := &Room{kit: kit, directory: directory, kinds: kinds, limits: usualLimits()}
	m.broken = kit.Config(&m.limits)
	m.broken = errors.Join(m.broken, m.limits.check())
	m.comments, m.files = commentStore{kit.DB, m.limits}, fileStore{kit.DB, m.limits}
	return m
}

// Check reports settings that cannot work, and kinds that are declared wrongly.
func (m *Room) Check() error {
	seen := map[string]bool{}
	for _, k := range m.kinds() {
		if seen[k.name()] || k.Noun == "" || k.View == "" || k.Find == nil {
			return fmt.Errorf("room %s declares the objects %q to comment on twice or not whole", k.Room, k.Noun)
		}
		seen[k.name()] = true
	}
	return m.broken
}

// The kinds of notices of the room.
const (
	noticeMentioned = "remark.person.mentioned"
	noticeAnswered  = "remark.thread.answered"
)

// Manifest implements module.Module.
func (m *Room) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	speakers := []identity.Role{identity.Administrator, identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter}
	return module.Manifest{
		Name: "remark", Title: lang.Text{ZH: "评论", EN: "Comments"}, Migrations: dir,
		Permissions: []module.Permission{
			{ID: "remark.view", Title: lang.Text{ZH: "查看评论和附件", EN: "View comments and attachments"}, Roles: append(speakers, identity.Viewer)},
			{ID: "remark.write", Title: lang.Text{ZH: "发表评论、上传附件", EN: "Comment and attach files"}, Roles: speakers},
		},
		Routes:     append(m.commentRoutes(), m.fileRoutes()...),
		Publishes:  []bus.Event{module.RemarkedGone{}},
		Subscribes: []module.Subscription{bus.On(m.gone)},
		Topics:     []module.Topic{{Name: topicComments, Permission: "remark.view"}},
		Notices: []notice.Kind{
			{ID: noticeMentioned, Title: lang.Text{ZH: "评论中提到我", EN: "Comments that mention me"}, Gravity: notice.Important, Mail: notice.AtOnce},
			{ID: noticeAnswered, Title: lang.Text{ZH: "我参与的评论有回复", EN: "Replies in threads I took part in"}, Gravity: notice.Info, Mail: notice.Daily},
		},
		Personal: []sqldb.Personal{
			{Table: "comment", Person: "author", Columns: []string{"author_name"}, Show: []string{"kind", "object_id", "body", "at"}},
			{Table: "mention", Person: "person_id", Columns: []string{"person_name"}, Show: []string{"comment_id"}},
		},
		Jobs: []module.Job{{Name: "sweep", Title: lang.Text{ZH: "清理未发表的附件", EN: "Sweep files that nobody said anything with"}, Every: time.Hour, Do: m.sweepNow}},
	}
}

func (m *Room) commentRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /objects/{kind}/{id}", Permission: "remark.view", Summary: "An object with how much was said about it, and what the caller may add", Handler: httpd.JSON(m.readObject)},
		{Pattern: "GET /objects/{kind}/{id}/comments", Permission: "remark.view", Summary: "Comments on an object, thread by thread", Handler: httpd.List(m.listComments)},
		{Pattern: "POST /objects/{kind}/{id}/comments", Permission: "remark.write", Summary: "Comment on an object, or answer in a thread", Handler: httpd.Created(m.say)},
		{Pattern: "GET /objects/{kind}/{id}/people", Permission: "remark.write", Summary: "Persons who see the object, by the beginning of a word of their name", Handler: httpd.JSON(m.people)},
		{Pattern: "PUT /comments/{id}", Permission: "remark.write", Summary: "Edit one's own comment, within a quarter of an hour", Handler: httpd.JSON(m.edit)},
		{Pattern: "DELETE /comments/{id}", Permission: "remark.write", Summary: "Remove one's own comment; a mark stays", Handler: httpd.JSON(m.remove)},
		{Pattern: "GET /comments/{id}/versions", Permission: "remark.view", Summary: "What a comment said before it was edited", Handler: httpd.JSON(m.versions)},
	}
}

func (m *Room) fileRoutes() []module.Route {
	return []module.Route{
		{
			Pattern: "POST /objects/{kind}/{id}/files", Permission: "remark.write", MaxBody: m.limits.FileMiB<<20 + 1,
			Summary: "Upload a file to say something with; its name in the parameter name", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.serveUpload)),
		},
		{Pattern: "GET /files/{id}", Permission: "remark.view", Summary: "Download a file", Handler: httpd.Raw("", http.HandlerFunc(m.serveFile))},
		{Pattern: "DELETE /files/{id}", Permission: "remark.write", Summary: "Remove a file of one's own that was not said anything with", Handler: httpd.JSON(m.removeFile)},
	}
}

func noSuch() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such object, or it is not yours to see")
}

// object is an object that the caller sees.
type object struct {
	module.RemarkedObject
	kind Kind
	id   string
}

// find returns an object if the caller sees it.
func (m *Room) find(ctx context.Context, kind, id string) (object, error) {
	for _, k := range m.kinds() {
		if k.name() != kind {
			continue
		}
		if !identity.From(ctx).May(k.View) {
			return object{}, noSuch()
		}
		o, err := k.Find(ctx, id)
		return object{o, k, id}, err
	}
	return object{}, noSuch()
}

// findOpen returns an object if the caller may comment on it.
func (m *Room) findOpen(ctx context.Context, kind, id string) (object, error) {
	o, err := m.find(ctx, kind, id)
	if err == nil && !o.MayRemark {
		err = fault.New(fault.Forbidden, "remark.closed", "you may read what is said about this object, and not add to it")
	}
	return o, err
}

// changed tells the pages of everybody who sees the object.
func (m *Room) changed(o object) {
	n := live.Notice{Topic: topicComments, Kind: "changed", ID: o.kind.name() + "/" + o.id}
	if len(o.Organisations) == 0 {
		m.kit.Live.Notify(n)
	}
	for _, id := range o.Organisations {
		n.Organisation = id
		m.kit.Live.Notify(n)
	}
}

// gone removes what was said about an object that is no more.
func (m *Room) gone(ctx context.Context, e module.RemarkedGone) error {
	return m.comments.forget(ctx, e.Room+"."+e.Noun, e.ID)
}

// Run takes over what rooms kept by themselves before, and waits.
func (m *Room) Run(ctx context.Context) error {
	for _, k := range m.kinds() {
		if k.Earlier == nil {
			continue
		}
		err := k.Earlier(ctx, func(r module.EarlierRemark) error { return m.comments.takeOver(ctx, k.name(), r) })
		if err != nil {
			return fmt.Errorf("take over the comments of %s: %w", k.Room, err)
		}
	}
	<-ctx.Done()
	return nil
}

// mention is a person whom a comment names.
type mention struct {
	PersonID string `json:"person_id"`
	Name     string `json:"name"`
}

// tell are the notices of a comment: to those newly mentioned, and to those
// who took part in its thread and still see the object.
func tell(o object, c Comment, mentioned []mention, partners []string) []notice.Notice {
	excerpt := lang.Text{ZH: shortened(c.Body), EN: shortened(c.Body)}
	link := o.Path + "#comment-" + c.ID
	var list []notice.Notice
	if ids := personsOf(mentioned); len(ids) > 0 {
		list = append(list, notice.Notice{
			Kind: noticeMentioned, Body: excerpt, Link: link, Key: "mentioned " + c.ID,
			Title: lang.Text{ZH: c.AuthorName + " 在“" + o.Title.In("zh") + "”的评论中提到您", EN: c.AuthorName + " mentioned you in a comment on " + o.Title.In("en")},
			To:    notice.Audience{Persons: ids, Except: c.person()},
		})
	}
	if len(partners) > 0 {
		list = append(list, notice.Notice{
			Kind: noticeAnswered, Body: excerpt, Link: link, Key: "answered " + c.ID,
			Title: lang.Text{ZH: c.AuthorName + " 回复了“" + o.Title.In("zh") + "”的评论", EN: c.AuthorName + " replied to a comment on " + o.Title.In("en")},
			To:    notice.Audience{Persons: partners, Except: c.person()},
		})
	}
	return list
}

func personsOf(list []mention) []string {
	ids := make([]string, len(list))
	for i, p := range list {
		ids[i] = p.PersonID
	}
	return ids
}
