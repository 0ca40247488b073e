// Package files is the one way in for what people upload (room: files).
//
// A file waits apart while it is examined: its kind is told by its content and
// must agree with what was declared; archives are unpacked to nowhere within
// bounds; what is two formats at once, runs, or hides something is refused by
// name; then, when the setting clamav says where, clamd looks for viruses. Only
// then is the content released into the blobs of the room that asked. Every
// file has a row in the manifest: who, when, hash, kind, size and the verdict.
//
// Settings: clamav, the socket of clamd as unix:/path or tcp://host:port; with
// it nothing is released unexamined, so that uploads stop while clamd is away.
//
// Table: manifest. Tells: nothing. Hears: nothing.
package files

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/blobs"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// examiners is how many files are examined at once: each may unpack a lot.
const examiners = 4

// refusalsKept is how long the manifest remembers what was refused.
const refusalsKept = 180 * 24 * time.Hour

// Room is the room of uploads.
type Room struct {
	kit     *module.Kit
	store   store
	desks   chan struct{} // one place for each examiner
	scanner *scanner      // nil when no scanner is set
	broken  error         // the settings cannot be read; Check reports it
}

// New returns the room.
func New(kit *module.Kit) *Room {
	m := &Room{kit: kit, store: store{kit.DB}, desks: make(chan struct{}, examiners)}
	var settings struct {
		ClamAV string `json:"clamav"`
	}
	if m.broken = kit.Config(&settings); m.broken == nil && settings.ClamAV != "" {
		m.scanner, m.broken = newScanner(settings.ClamAV)
	}
	return m
}

// Check reports settings that cannot work.
func (m *Room) Check() error { return m.broken }

// Manifest implements module.Module.
func (m *Room) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	return module.Manifest{
		Name: "files", Title: lang.Text{ZH: "上传文件", EN: "Uploaded files"}, Migrations: dir,
		Permissions: []module.Permission{{
			ID: "files.view", Title: lang.Text{ZH: "查看上传文件清单", EN: "View the manifest of uploaded files"},
			Roles: []identity.Role{identity.Administrator, identity.Auditor, identity.Manager},
		}},
		Routes: []module.Route{
			{Pattern: "GET /", Permission: "files.view", Summary: "Every uploaded file with its verdict, by default the newest first", Handler: httpd.List(m.list)},
		},
		Personal: []sqldb.Personal{
			{Table: "manifest", Person: "sent_by", Columns: []string{"sent_by_name"}, Show: []string{"name", "kind", "size", "sent_at"}},
		},
		Jobs: []module.Job{{Name: "forget_refusals", Title: lang.Text{ZH: "清理拒收记录", EN: "Forget refused uploads"}, Every: 24 * time.Hour, Do: func(ctx context.Context) error {
			return m.store.forget(ctx, time.Now().Add(-refusalsKept))
		}}},
		Nav: []module.NavItem{{
			Section: lang.Text{ZH: "安全管理", EN: "Security"}, Label: lang.Text{ZH: "上传文件", EN: "Uploaded files"}, Path: "/system/files", Icon: "files", Permission: "files.view",
		}},
	}
}

func (m *Room) list(ctx context.Context, in listParams) (sqldb.Page[Row], error) {
	return m.store.list(ctx, in)
}

// For returns the way in for a room, whose blobs take what is released.
func (m *Room) For(room string, b *blobs.Store) module.Files { return entrance{m, room, b} }

// entrance is the way in of one room.
type entrance struct {
	m     *Room
	room  string
	blobs *blobs.Store
}

// Take implements module.Files.
func (e entrance) Take(ctx context.Context, u module.Upload, r io.Reader) (module.File, error) {
	if e.m.broken != nil {
		return module.File{}, e.m.broken
	}
	select {
	case e.m.desks <- struct{}{}:
		defer func() { <-e.m.desks }()
	case <-ctx.Done():
		return module.File{}, fault.New(fault.Unavailable, "files.busy", "too many files are being examined; try again").After(5)
	}
	row := newRow(ctx, e.room, u)
	err := e.examine(ctx, u, r, &row)
	if f := fault.As(err); f != nil && f.Kind != fault.Unavailable {
		row.Verdict, row.Reason = "refused", f.Key
		err = errors.Join(err, e.m.store.add(ctx, row))
	}
	if err != nil {
		return module.File{}, err
	}
	return module.File{ID: row.ID, Name: row.Name, MediaType: row.MediaType, Size: row.Size, SHA256: row.SHA256}, nil
}

func newRow(ctx context.Context, room string, u module.Upload) Row {
	id := identity.From(ctx)
	declared, _, err := mime.ParseMediaType(u.Declared)
	if err != nil {
		declared = ""
	}
	if len(declared) > 100 {
		declared = declared[:100]
	}
	return Row{
		ID: ulid.Make().String(), Room: room, OrganisationID: id.Organisation.ID, Name: CleanName(u.Name), Declared: declared, Verdict: "released",
		SentBy: id.Actor(), SentByName: id.Name, SentAt: time.Now().UTC().Truncate(time.Millisecond),
	}
}

// examine takes the file in and releases it, or returns why not.
func (e entrance) examine(ctx context.Context, u module.Upload, r io.Reader, row *Row) (err error) {
	staged, err := e.blobs.Stage(ctx, r, u.Limit)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, staged.Close()) }()
	row.Size, row.SHA256 = staged.Size, staged.Hash
	k, err := examine(ctx, staged, staged.Size, row.Name, row.Declared)
	if k != nil {
		row.Kind, row.MediaType = k.name, k.media
	}
	if err != nil {
		return err
	}
	if e.m.scanner != nil {
		if err := e.m.scanner.scan(ctx, io.NewSectionReader(staged, 0, staged.Size)); err != nil {
			return err
		}
		row.Scanned = true
	}
	if err := staged.Keep(ctx); err != nil {
		return err
	}
	if err := e.m.store.add(ctx, *row); err != nil {
		return fmt.Errorf("release %s: %w", row.SHA256, err)
	}
	return nil
}

// CleanName is the last part of what the sender calls the file, without what
// would break a header or a file system, or show another name than it is.
func CleanName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError || unicode.IsControl(r) || strings.ContainsRune(`"/<>|:*?`, r):
			return '_'
		case unicode.Is(unicode.Cf, r): // such as the one that turns the direction of writing
			return -1
		}
		return r
	}, name)
	for len(name) > 200 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if strings.Trim(name, ". ") == "" {
		return "file"
	}
	return name
}
