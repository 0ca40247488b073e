package identifier

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"sync/atomic"

	"linghang/kernel/health"
	"linghang/kernel/lang"
	"linghang/modules/identifier/internal/prefix"
	"linghang/modules/identifier/internal/station"
)

// mirrorOf is a node elsewhere of which this process keeps a mirror. Replicas keep
// each their own: give each its number, in a configuration of its own.
type mirrorOf struct {
	Name string `json:"name"` // of its directory
	// Primary is the siteinfo.json of the primary, with its Prefix, or the handle of
	// that, as 0.NA/88.101.5.
	Primary string `json:"primary"`
	Prefix  string `json:"prefix"`
	Number  int    `json:"number"` // which mirror of the primary it is, 1 to 9; 1 when 0
	Handle  string `json:"handle"` // address of the protocol, UDP and TCP
	HTTP    string `json:"http"`   // address of the interface for programs
	// Public is the IP address that others reach the mirror under; the one it listens
	// on when empty.
	Public string `json:"public_address"`
}

var mirrorName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

func checkMirrorOf(list []mirrorOf, bad func(format string, args ...any)) {
	names := map[string]bool{}
	for i, m := range list {
		if !mirrorName.MatchString(m.Name) || names[m.Name] {
			bad("mirror_of[%d].name: %q is no name of 1 to 32 small letters, digits and -, or is there twice", i, m.Name)
		}
		names[m.Name] = true
		if m.Primary == "" {
			bad("mirror_of[%d].primary: name its siteinfo.json, or the handle of its prefix, as 0.NA/88.101.5", i)
		}
		for field, address := range map[string]string{"handle": m.Handle, "http": m.HTTP} {
			if !hostPort.MatchString(address) {
				bad("mirror_of[%d].%s: %q is no host:port", i, field, address)
			}
		}
		if _, err := netip.ParseAddr(m.Public); m.Public != "" && err != nil {
			bad("mirror_of[%d].public_address: %v", i, err)
		} else if m.Public == "" && prefix.Everywhere(m.Handle) {
			bad("mirror_of[%d].public_address: %s is every address of this machine; name the one that others reach it under", i, m.Handle)
		}
	}
}

// keepMirror keeps a mirror until the context ends. One that cannot be opened is
// tried again: its primary may not be there yet, or its port be taken.
func (m *Module) keepMirror(ctx context.Context, of mirrorOf) error {
	var running atomic.Pointer[station.Station]
	component := "mirror." + of.Name
	title := lang.Text{ZH: "镜像节点 " + of.Name, EN: "Mirror " + of.Name}
	broken := atomic.Pointer[error]{}
	m.kit.Health.Add(health.Component{ID: component, Title: title, Check: func(context.Context) health.Finding {
		if s := running.Load(); s != nil {
			return findingOf(s.Health())
		}
		if err := broken.Load(); err != nil {
			return health.Failed(*err, lang.Text{ZH: "检查配置 identifier.mirror_of 中的主节点和端口", EN: "See to the primary and the ports in identifier.mirror_of"})
		}
		return health.Finding{}
	}})
	for {
		err := m.runMirror(ctx, of, &running)
		running.Store(nil)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was told to end
		}
		broken.Store(&err)
		m.kit.Log.WarnContext(ctx, "a mirror is closed", "mirror", of.Name, "error", err)
		if !pause(ctx, doorPause) {
			return nil
		}
	}
}

func (m *Module) runMirror(ctx context.Context, of mirrorOf, running *atomic.Pointer[station.Station]) (err error) {
	root, err := m.root()
	if err != nil {
		return err
	}
	c := station.Config{
		Role: station.Mirror, Dir: filepath.Join(m.kit.Dir, "mirrors", of.Name), Primary: of.Primary, Prefix: of.Prefix, Number: of.Number, Root: root,
		Handle: of.Handle, HTTP: of.HTTP, Memory: m.settings.Memory << 20, UDPRate: octetRate(m.settings.UDPRate),
	}
	if of.Public != "" {
		c.Public = netip.MustParseAddr(of.Public) // it was checked
	}
	s, err := station.Open(ctx, c, m.kit.Log.With("mirror", of.Name))
	if err != nil {
		return fmt.Errorf("open the mirror %s: %w", of.Name, err)
	}
	running.Store(s)
	err = s.Run(ctx)
	running.Store(nil)
	return errors.Join(err, s.Close())
}

// findingOf puts how a mirror is into the words of the installation's health.
func findingOf(h station.Health) health.Finding {
	if h.State == "ok" {
		return health.Finding{Note: lang.Text{ZH: fmt.Sprintf("落后主节点 %.1f 秒", h.Behind), EN: fmt.Sprintf("%.1f s behind its primary", h.Behind)}}
	}
	f := health.Finding{State: health.Degraded, Note: lang.Text{EN: h.Reason}, Mend: lang.Text{EN: h.Mend}}
	switch {
	case h.Answers:
		f.Note.ZH = fmt.Sprintf("主节点最近 %.0f 秒的变更可能缺失：%s", h.Behind, h.Fault)
		f.Mend.ZH = "检查主节点是否运行、其 TCP 端口能否访问；主节点无法恢复时，停止本镜像并提升为主节点（linghang node promote）"
	case h.Fault != "":
		f.Note.ZH = "尚未取得主节点的数据，不应答解析：" + h.Fault
		f.Mend.ZH = fmt.Sprintf("在主节点登记本镜像的密钥（linghang node admit request.json），并以 --mirror %s 启动主节点；检查其 TCP 端口能否访问", h.Identity)
	default:
		f.Note.ZH, f.Mend.ZH = "正在取主节点的全部数据，取完之前不应答解析", "等待完成"
	}
	return f
}
