// Package machine lets machines in (room: machine): the city's own certificate
// authority, enrolment over EST (RFC 7030) with a one-time token, certificates
// that are short and renewed early, revocation that works at once in every
// replica, and a signed list of what is revoked (RFC 5280) for others.
//
// A machine makes its key itself and shows its certificate over TLS. It is good
// until its end, also for a machine that was off line all the time; for a grace
// period after that it is good for one thing only, renewal. The next certificate
// supersedes the one before when it is first used, so that a copy of a machine
// is found out: of two that renew, one is refused.
//
// The authority's key is ECDSA P-256, sealed by the city's keyring. SM2
// certificates are not made: Go's TLS cannot speak with them.
//
// Settings: validity (720h), grace (360h), backdate (48h, for clocks that are
// behind), token (168h).
//
// Tables: machine, certificate, authority. Tells: nothing. Hears: system.organisation.changed.
package machine

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"linghang/kernel/audit"
	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/health"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

const topicList = "machine.list"

// Room is the room of machines.
type Room struct {
	kit         *module.Kit
	directory   *identity.Directory
	audit       *audit.Log
	machines    machineStore
	authorities authorityStore
	settings    settings
	metrics     metrics
	serves      bool          // machines reach us by a certificate of our own authority
	refusals    *rate.Limiter // of records: refusals beyond it are only counted
	broken      error
	now         func() time.Time

	mu     sync.Mutex
	opened *authority
	server serverCertificate
	port   string // of TLS, once it is open
}

// Deps are what the kernel hands to the room beside the kit.
type Deps struct {
	Directory *identity.Directory
	Audit     *audit.Log
	// Serves tells that the TLS port shows a certificate of the city's authority.
	Serves bool
}

// New returns the room.
func New(kit *module.Kit, d Deps) *Room {
	m := &Room{
		kit: kit, directory: d.Directory, audit: d.Audit, machines: machineStore{kit.DB}, authorities: authorityStore{kit.DB},
		settings: usualSettings(), metrics: newMetrics(kit.Metrics), serves: d.Serves, refusals: rate.NewLimiter(1, 20), now: time.Now,
	}
	m.broken = kit.Config(&m.settings)
	if m.broken == nil {
		m.broken = m.settings.check()
	}
	kit.Health.Add(health.Component{ID: "authority", Title: lang.Text{ZH: "城市证书机构", EN: "City certificate authority"}, Check: m.checkAuthority})
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
	manage := []identity.Role{identity.Manager}
	everyone := []identity.Role{identity.SecurityAdministrator, identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	kinds := make([]identity.MachineKind, 0, len(identity.MachineKinds()))
	for _, k := range identity.MachineKinds() {
		kinds = append(kinds, k.ID)
	}
	return module.Manifest{
		Name: "machine", Title: lang.Text{ZH: "机器接入", EN: "Machines"}, Migrations: dir,
		Permissions: []module.Permission{
			{ID: "machine.view", Title: lang.Text{ZH: "查看机器", EN: "View machines"}, Roles: everyone},
			{ID: "machine.enrol", Title: lang.Text{ZH: "登记机器并签发登记令牌", EN: "Add machines and make enrolment tokens"}, Duty: identity.Security, Roles: manage},
			{ID: "machine.revoke", Title: lang.Text{ZH: "吊销机器证书", EN: "Revoke the certificates of machines"}, Duty: identity.Security, Roles: manage},
			{ID: "machine.self", Title: lang.Text{ZH: "机器查询自身", EN: "Ask as a machine how one is"}, Duty: identity.Security, Machines: kinds},
		},
		Routes:     append(m.pageRoutes(), m.estRoutes()...),
		Subscribes: []module.Subscription{bus.On(m.organisationChanged)},
		Topics:     []module.Topic{{Name: topicList, Permission: "machine.view"}},
		Notices: []notice.Kind{
			{ID: noticeEnding, Title: lang.Text{ZH: "机器证书未按时续期", EN: "A machine's certificate is not renewed in time"}, Gravity: notice.Important, Mail: notice.AtOnce},
			{ID: noticeEnded, Title: lang.Text{ZH: "机器证书已过期", EN: "A machine's certificate has ended"}, Gravity: notice.Urgent, Mail: notice.AtOnce},
		},
		Jobs: []module.Job{
			{Name: "watch", Title: lang.Text{ZH: "检查机器证书", EN: "Look at the certificates of machines"}, Every: time.Minute, Do: m.watch},
			{Name: "forget", Title: lang.Text{ZH: "清理过期的机器证书", EN: "Forget certificates that ended long ago"}, Every: 24 * time.Hour, Do: m.forget},
		},
		Personal: personal(), Forget: m.forgetPerson,
		Sealed: []module.Sealed{{Purpose: purposeAuthority, Column: sqldb.Column{Table: "authority", Key: "slot", Name: "key_sealed"}}},
		Nav: []module.NavItem{
			{Section: lang.Text{ZH: "安全管理", EN: "Security"}, Label: lang.Text{ZH: "机器接入", EN: "Machines"}, Path: "/machines", Icon: "machines", Permission: "machine.view"},
		},
	}
}

// organisationChanged keeps the names that lists show, and forgets the machines of an
// organisation that was removed: only those of the demonstration are.
func (m *Room) organisationChanged(ctx context.Context, e identity.OrganisationChanged) error {
	o, err := m.directory.Organisation(ctx, e.ID)
	if fault.Is(err, fault.NotFound) {
		return m.machines.remove(ctx, e.ID)
	}
	if err != nil {
		return err
	}
	return m.machines.rename(ctx, o.ID, o.Name)
}

// forgetAfter is how long the certificates of the past can be looked at.
const forgetAfter = 400 * 24 * time.Hour

func (m *Room) forget(ctx context.Context) error {
	return m.machines.forget(ctx, m.now().Add(-forgetAfter))
}

// record keeps what the door does not: what a machine did or was refused.
func (m *Room) record(ctx context.Context, action, object, outcome, detail string) error {
	e := audit.NewEntry(ctx, action, object, outcome)
	e.IP, e.RequestID, e.Detail = httpd.ClientIP(ctx), httpd.RequestID(ctx), detail
	if err := m.audit.Append(sqldb.Alone(ctx), e); err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}
