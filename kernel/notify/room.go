package notify

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// topicInbox is watched by the bell of every page.
const topicInbox = "notify.inbox"

// kindAnnouncement is what the bureau tells everybody.
const kindAnnouncement = "notify.announcement.made"

// Room is the room of notices.
type Room struct {
	kit        *module.Kit
	kinds      *notice.Register
	directory  *identity.Directory
	settings   settings
	zone       *time.Location
	notices    noticeStore
	inbox      inboxStore
	wishes     wishStore
	channels   channelStore
	deliveries deliveryStore
	writer     *writer
	postman    *postman // nil: no mail server is configured
	courier    *courier
	links      *seal.Keyring // seals the ends of links to those without an account
	timeout    time.Duration
	first      time.Duration // before a failed delivery is tried again
	mailed     chan struct{}
	posted     chan struct{}
	broken     error // the configuration cannot be used; Run reports it
}

// Deps are what the kernel hands to the room beside the kit.
type Deps struct {
	Directory *identity.Directory
	Kinds     *notice.Register
	Links     *seal.Keyring
}

// New returns the room.
func New(kit *module.Kit, d Deps) *Room {
	m := &Room{
		kit: kit, kinds: d.Kinds, directory: d.Directory, settings: usualSettings(),
		notices: noticeStore{kit.DB}, inbox: inboxStore{kit.DB}, wishes: wishStore{kit.DB}, channels: channelStore{kit.DB}, deliveries: deliveryStore{kit.DB},
		links: d.Links, mailed: make(chan struct{}, 1), posted: make(chan struct{}, 1),
	}
	m.broken = m.configure()
	return m
}

// settings are the section [notify] of the configuration.
type settings struct {
	TimeZone   string       `json:"time-zone"`
	DigestHour int          `json:"digest-hour"`
	Mail       mailSettings `json:"mail"`
	Allow      []string     `json:"allow"`   // private networks that channels may lead into
	CAFile     string       `json:"ca-file"` // further certificates that channels may have
	Timeout    string       `json:"timeout"`
	RetryAfter string       `json:"retry-after"`
}

func usualSettings() settings {
	return settings{TimeZone: "Asia/Shanghai", DigestHour: 8, Timeout: "20s", RetryAfter: "30s"}
}

func (m *Room) configure() (err error) {
	if err := m.kit.Config(&m.settings); err != nil {
		return err
	}
	bad := func(key string, err error) error { return fmt.Errorf("configuration [notify] %s: %w", key, err) }
	if m.zone, err = time.LoadLocation(m.settings.TimeZone); err != nil {
		m.zone = time.UTC
		return bad("time-zone", err)
	}
	if m.settings.DigestHour < 0 || m.settings.DigestHour > 23 {
		return bad("digest-hour", fmt.Errorf("%d is no hour of the day", m.settings.DigestHour))
	}
	if m.timeout, err = time.ParseDuration(m.settings.Timeout); err != nil || m.timeout <= 0 {
		return bad("timeout", fmt.Errorf("%q is no time to wait", m.settings.Timeout))
	}
	if m.first, err = time.ParseDuration(m.settings.RetryAfter); err != nil || m.first <= 0 {
		return bad("retry-after", fmt.Errorf("%q is no time to wait", m.settings.RetryAfter))
	}
	if m.writer, err = newWriter(m.kit.Address, m.zone); err != nil {
		return err
	}
	if m.postman, err = newPostman(m.settings.Mail, m.timeout); err != nil {
		return err
	}
	m.courier, err = newCourier(m.settings.Allow, m.settings.CAFile, m.timeout)
	return err
}

// Manifest implements module.Module.
func (m *Room) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	section := lang.Text{ZH: "通知", EN: "Notices"}
	return module.Manifest{
		Name: "notify", Title: lang.Text{ZH: "通知", EN: "Notices"}, Migrations: dir,
		Permissions: permissions(),
		Routes:      append(m.inboxRoutes(), m.channelRoutes()...),
		Subscribes:  []module.Subscription{bus.On(m.receive)},
		Topics:      []module.Topic{{Name: topicInbox, Permission: identity.SignedIn}},
		Notices: []notice.Kind{
			{ID: kindAnnouncement, Title: lang.Text{ZH: "公告", EN: "Announcements"}, Gravity: notice.Important, Mail: notice.AtOnce, Mandatory: true},
		},
		Personal: personal(), Forget: m.forgetPerson,
		Sealed: []module.Sealed{
			{Purpose: channelPurpose, Column: sqldb.Column{Table: "channel", Key: "id", Name: "url"}},
			{Purpose: channelPurpose, Column: sqldb.Column{Table: "channel", Key: "id", Name: "secret", Where: "secret <> ''"}},
			{Purpose: channelPurpose, Column: sqldb.Column{Table: "channel", Key: "id", Name: "former", Where: "former <> ''"}},
			{Purpose: linkPurpose, Column: sqldb.Column{Table: "notice", Key: "id", Name: "secret", Where: "secret <> ''"}},
		},
		Jobs: []module.Job{
			{Name: "forget", Title: lang.Text{ZH: "清理过期通知", EN: "Forget old notices"}, Every: 24 * time.Hour, Do: m.forget},
			{Name: "digests", Title: lang.Text{ZH: "发送摘要邮件", EN: "Send digests"}, Every: 5 * time.Minute, Do: m.digests},
		},
		Nav: []module.NavItem{
			{Section: section, Label: lang.Text{ZH: "通知", EN: "Notices"}, Path: "/notices", Icon: "notices", Permission: identity.SignedIn},
			{Section: section, Label: lang.Text{ZH: "通知渠道", EN: "Channels"}, Path: "/notices/channels", Icon: "channels", Permission: "notify.channel.manage"},
			{Section: section, Label: lang.Text{ZH: "投递记录", EN: "Deliveries"}, Path: "/notices/deliveries", Icon: "deliveries", Permission: "notify.delivery.view"},
		},
	}
}

func permissions() []module.Permission {
	return []module.Permission{
		{ID: "notify.announce", Title: lang.Text{ZH: "发布公告", EN: "Make announcements"}, Roles: []identity.Role{identity.Administrator, identity.Officer}},
		{ID: "notify.channel.manage", Title: lang.Text{ZH: "管理通知渠道", EN: "Manage channels of notices"}, Roles: []identity.Role{identity.Administrator, identity.Manager}},
		{ID: "notify.delivery.view", Title: lang.Text{ZH: "查看和重试投递", EN: "View and repeat deliveries"}, Roles: []identity.Role{identity.Administrator, identity.Manager}},
		{ID: "notify.mail.test", Title: lang.Text{ZH: "测试邮件服务器", EN: "Test the mail server"}, Roles: []identity.Role{identity.Administrator}},
	}
}

// Kept for how long.
const (
	noticeKept   = 365 * 24 * time.Hour
	deliveryKept = 90 * 24 * time.Hour
)

func (m *Room) forget(ctx context.Context) error {
	now := time.Now()
	return errors.Join(m.notices.forget(ctx, now.Add(-noticeKept)), m.deliveries.forget(ctx, now.Add(-deliveryKept)))
}

// CanMail reports whether there is a mail server.
func (m *Room) CanMail() bool { return m.postman != nil }

// Purposes of the keys that seal what the room keeps.
const (
	channelPurpose = "channel"
	linkPurpose    = "link"
)
