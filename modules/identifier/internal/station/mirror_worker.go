package station

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/hjson"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
	"linghang/modules/identifier/internal/mirror"
	"linghang/modules/identifier/internal/prefix"
)

// MaxMirrors is how many mirrors of one primary have places in its records.
const MaxMirrors = 9

// behindUsual is from when on a mirror is degraded.
const behindUsual = time.Minute

// checkMirror checks what is said of a mirror, and takes its prefix from the
// primary's when that is named by its handle.
func (c *Config) checkMirror() error {
	if c.Primary == "" {
		return usage("a mirror needs its --primary: its siteinfo.json, or the handle of its prefix, as 0.NA/88.101.5")
	}
	if c.Number == 0 {
		c.Number = 1
	}
	if c.Number < 0 || c.Number > MaxMirrors {
		return usage("--number is which mirror of the primary this is, from 1 to %d", MaxMirrors)
	}
	if c.Behind == 0 {
		c.Behind = behindUsual
	}
	if _, err := os.Stat(c.Primary); err == nil {
		return nil
	}
	if !wire.IsPrefixHandle(c.Primary) {
		return usage("--primary %s is neither a file nor the handle of a prefix, as 0.NA/88.101.5", c.Primary)
	}
	if len(c.Root) == 0 {
		return usage("the primary %s is found from the --root; name its siteinfo.json", c.Primary)
	}
	_, own := wire.Split(c.Primary)
	if wire.Equal(c.Primary, wire.RootHandle) {
		own = ""
	}
	if c.Prefix != "" && !wire.Equal(c.Prefix, own) {
		return usage("--prefix %s is not that of the primary, %s", c.Prefix, c.Primary)
	}
	c.Prefix = own
	return nil
}

// MirrorIdentity is who a mirror is to its primary. Its key is kept where the
// primary finds it without asking anybody.
func (c *Config) MirrorIdentity() wire.Reference {
	handle := c.Prefix + "/MIRROR"
	if c.Prefix == "" {
		handle = wire.RootHandle
	}
	return wire.Reference{Handle: handle, Index: prefix.KeyIndex + int32(c.Number)} //nolint:gosec // below MaxMirrors
}

// reflect makes the node a mirror.
func (s *Station) reflect(ctx context.Context, kept saved) error {
	name := s.c.Prefix
	if name == "" {
		name = string(Root)
	}
	if err := s.place(kept, fmt.Sprintf("%s mirror %d", name, s.c.Number)); err != nil {
		return err
	}
	key, err := loadOrMakeKey(filepath.Join(s.c.Dir, "mirror.key"))
	if err != nil {
		return err
	}
	public, err := publicRecord(key)
	if err != nil {
		return err
	}
	if err := s.requests(public); err != nil {
		return err
	}
	s.primary = client.New(client.Options{Root: s.c.Root, Identity: &auth.Identity{Reference: s.c.MirrorIdentity(), Key: key}})
	s.engine = engine.New(engine.Options{
		Store: s.store, Name: s.c.prefixHandle(), ReadOnly: true, Share: engine.Share{Receiver: s.c.Share, Serial: s.site.Serial}, Administrators: append([]wire.Reference{s.c.identity()}, s.c.Admins...), FullAccess: true,
		Mirrors: s.c.Mirrors, Remote: s.remote, Log: s.log,
	})
	s.measures = newMeasures(s)
	s.mirror = mirror.New(mirror.Options{
		Store: s.store, Client: s.primary, Primary: s.findPrimary, Share: s.c.Share, Node: s.c.prefixHandle(), Log: s.log,
		Observe: s.measures.observe, Settled: s.engine.Refresh,
	})
	if err := errors.Join(s.mirror.Open(ctx), s.engine.Refresh(ctx)); err != nil {
		return err
	}
	return s.build(half{s.engine, s.mirror}, s.engine.Values, s.verify)
}

// requests writes what others are asked to keep: the primary the mirror's key, the
// node above its site.
func (s *Station) requests(public []byte) error {
	who := s.c.MirrorIdentity()
	key := Request{Handle: who.Handle, Beside: true, Values: []wire.Value{
		{Index: who.Index, TTL: wire.DefaultTTL, Permissions: wire.PermissionsPublic, Type: wire.TypePublicKey, Data: public},
	}}
	site := Request{Handle: s.c.prefixHandle(), Beside: true, Values: []wire.Value{
		{Index: int32(10*s.c.Number + 1), TTL: wire.DefaultTTL, Permissions: wire.PermissionsPublic, Type: wire.TypeSite, Data: s.site.Append(nil)}, //nolint:gosec // below MaxMirrors
	}}
	return errors.Join(writeRequest(filepath.Join(s.c.Dir, "request.json"), &key), writeRequest(filepath.Join(s.c.Dir, "publish.json"), &site))
}

// findPrimary returns where the primary is: by its file, by the handle of its
// prefix, or where it was last.
func (s *Station) findPrimary(ctx context.Context) (wire.Site, error) {
	last := filepath.Join(s.c.Dir, "primary.json")
	site, err := s.askForPrimary(ctx)
	if err != nil {
		before, missing := LoadSite(last)
		if missing != nil || ctx.Err() != nil {
			return wire.Site{}, err
		}
		return before, nil
	}
	if before, err := LoadSite(last); err == nil && before.Serial == site.Serial && string(before.Append(nil)) == string(site.Append(nil)) {
		return site, nil
	}
	return site, writeFile(last, append(hjson.AppendSite(nil, &site), '\n'))
}

func (s *Station) askForPrimary(ctx context.Context) (wire.Site, error) {
	if _, err := os.Stat(s.c.Primary); !errors.Is(err, fs.ErrNotExist) {
		return LoadSite(s.c.Primary)
	}
	ctx, cancel := context.WithTimeout(ctx, remoteTime)
	defer cancel()
	a, err := s.primary.Resolve(ctx, s.c.prefixHandle(), client.Query{Types: []string{wire.TypeSite}, KeepAlias: true, Fresh: true})
	if err != nil {
		return wire.Site{}, fmt.Errorf("resolve %s: %w", s.c.prefixHandle(), err)
	}
	for i := range a.Values {
		if site, err := wire.DecodeSite(a.Values[i].Data); err == nil && site.Primary && wire.Equal(a.Values[i].Type, wire.TypeSite) {
			return site, nil
		}
	}
	return wire.Site{}, fmt.Errorf("%s names no primary", s.c.prefixHandle())
}

// half answers nothing while only a part of what the primary has is here: what is
// missing would not seem to exist.
type half struct {
	*engine.Engine
	mirror *mirror.Mirror
}

// Resolve implements server.Quick.
func (h half) Resolve(req *server.Request, res *server.Response) bool {
	return h.mirror.Whole() && h.Engine.Resolve(req, res)
}

// Handle implements server.Handler.
func (h half) Handle(ctx context.Context, req *server.Request, res *server.Response) {
	if h.mirror.Whole() {
		h.Engine.Handle(ctx, req, res)
		return
	}
	res.Fail(wire.CodeBusy, "this mirror does not have everything of its primary yet; ask another server of the site")
}

// Whole tells whether a mirror has everything of its primary, or had once.
func (s *Station) Whole() bool { return s.mirror != nil && s.mirror.Whole() }

// Name returns the node's own prefix, and that of a mirror's primary; a root has none.
func (s *Station) Name() string { return s.c.Prefix }

// Prefix returns the handle of the node's own prefix, and of a mirror's primary.
func (s *Station) Prefix() string { return s.c.prefixHandle() }

// MirrorIdentity is who a mirror is to its primary.
func (s *Station) MirrorIdentity() wire.Reference { return s.c.MirrorIdentity() }
