package notify

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
)

//go:embed migrations/*.sql
var migrations embed.FS

// topicInbox is watched by the bell of every page.
const topicInbox = "notify.inbox"

// kindAnnouncement is what the bureau tells everybody.
const kindAnnouncement = "notify.announcement.made"

// Room is the room of notices.
type Room struct {
	kit       *module.Kit
	kinds     *notice.Register
	directory *identity.Directory
	settings  settings
	zone      *time.Location
	notices   noticeStore
	inbox     inboxStore
	wishes    wishStore
	broken    error // the configuration cannot be used; Run reports it
}

// Deps are what the kernel hands to the room beside the kit.
type Deps struct {
	Directory *identity.Directory
	Kinds     *notice.Register
}

// New returns the room.
func New(kit *module.Kit, d Deps) *Room {
	m := &Room{
		kit: kit, kinds: d.Kinds, directory: d.Directory, settings: usualSettings(),
		notices: noticeStore{kit.DB}, inbox: inboxStore{kit.DB}, wishes: wishStore{kit.DB},
	}
	m.broken = m.configure()
	return m
}

// settings are the section [notify] of the configuration.
type settings struct {
	TimeZone   string `json:"time-zone"`
	DigestHour int    `json:"digest-hour"`
}

func usualSettings() settings { return settings{TimeZone: "Asia/Shanghai", DigestHour: 8} }

func (m *Room) configure() error {
	m.zone = time.FixedZone("UTC+8", 8*60*60)
	if err := m.kit.Config(&m.settings); err != nil {
		return err
	}
	zone, err := time.LoadLocation(m.settings.TimeZone)
	if err != nil {
		return fmt.Errorf("configuration [notify] time-zone: %w", err)
	}
	m.zone = zone
	if m.settings.DigestHour < 0 || m.settings.DigestHour > 23 {
		return fmt.Errorf("configuration [notify] digest-hour: %d is no hour of the day", m.settings.DigestHour)
	}
	return nil
}

// Manifest implements module.Module.
func (m *Room) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	section := lang.Text{ZH: "系统管理", EN: "System"}
	return module.Manifest{
		Name: "notify", Title: lang.Text{ZH: "通知", EN: "Notices"}, Migrations: dir,
		Permissions: permissions(),
		Routes:      m.inboxRoutes(),
		Subscribes:  []module.Subscription{bus.On(m.receive)},
		Topics:      []module.Topic{{Name: topicInbox, Permission: identity.SignedIn}},
		Notices: []notice.Kind{
			{ID: kindAnnouncement, Title: lang.Text{ZH: "公告", EN: "Announcements"}, Gravity: notice.Important, Mail: notice.AtOnce, Mandatory: true},
		},
		Jobs: []module.Job{{Name: "forget", Every: 24 * time.Hour, Do: m.forget}},
		Nav: []module.NavItem{
			{Section: section, Label: lang.Text{ZH: "通知", EN: "Notices"}, Path: "/notices", Icon: "notices", Permission: identity.SignedIn},
		},
	}
}

func permissions() []module.Permission {
	return []module.Permission{
		{ID: "notify.announce", Title: lang.Text{ZH: "发布公告", EN: "Make announcements"}, Roles: []identity.Role{identity.Administrator, identity.Officer}},
	}
}

// Kept for how long.
const (
	noticeKept = 365 * 24 * time.Hour
)

func (m *Room) forget(ctx context.Context) error {
	return m.notices.forget(ctx, time.Now().Add(-noticeKept))
}
