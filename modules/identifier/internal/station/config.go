// Package station runs one node alone, at an operator's or an enterprise's site,
// with nothing of the city's platform beside it: a directory, the protocol on one
// port, and the interface for programs on another.
//
// The directory:
//
//	node.json       what the node is: role, prefix, serial of its site
//	server.key      signs answers; the key in its HS_SITE
//	admin.key       of whoever administers the node, as 300:<prefix's handle>
//	sign-*.key      signs identifiers and certifies nodes below, if the node signs
//	sign.pub        its public part, for a node above that asks for it
//	trust.json      of a root that signs: its key, by which others trust it
//	siteinfo.json   its HS_SITE, for clients and for nodes below
//	request.json    the handle of its prefix, to be registered at the node above
//	records/        the handles
//
// That of a mirror has other keys and requests: mirror.key is who it is to its
// primary, request.json tells that key to the primary, publish.json its HS_SITE to
// the node above, and primary.json is where the primary was last.
package station

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/prefix"
	"linghang/modules/identifier/internal/vouch"
)

// Role is what a node is for.
type Role string

// Roles.
const (
	Root       Role = "root"       // 根节点: the home of 0.NA/0.NA
	Secondary  Role = "secondary"  // 二级节点: allocates prefixes to enterprises
	Enterprise Role = "enterprise" // 企业节点: identifiers of one enterprise
	Recursive  Role = "recursive"  // 递归节点: resolves for others, and remembers
	Mirror     Role = "mirror"     // 镜像节点: has what its primary has, and answers too
)

// Config says what a station is and where it listens.
type Config struct {
	Role   Role
	Dir    string
	Prefix string // 88.101 or 88.101.5; empty for a root

	Handle string // address of the protocol, UDP and TCP
	HTTP   string // address of the interface for programs and of HTTP as the protocol's carrier

	// Public is the address that others reach the node under; the one it listens
	// on when empty. Ports are those it listens on.
	Public netip.Addr
	Site   *wire.Site  // of a node with several servers, of which this is one (Join)
	Root   []wire.Site // of the root, to find keys that are kept elsewhere
	// Admins may do everything here, beside who holds admin.key.
	Admins  []wire.Reference
	Mirrors []wire.Reference // who may follow all changes
	Sign    vouch.Algorithm  // what the node signs identifiers with, and certifies nodes below
	// Of a recursive node.
	Trust  []trust.Root // up to which signatures are checked
	Demand bool         // whoever asks for trusted values gets no others
	// Of a mirror.
	Primary string        // siteinfo.json of the primary, or the handle of its prefix
	Number  int           // which mirror of the primary it is, from 1
	Share   wire.Receiver // which handles it mirrors: those of one server of a site; all when zero
	Behind  time.Duration // from when on it is degraded
	// Memory is how many octets of records are kept in memory.
	Memory int64
	// UDPRate is how many octets a second of answers by UDP go to one network: 1 MiB
	// when 0, without limit when negative.
	UDPRate int
}

// saved is what a directory remembers.
type saved struct {
	Role   Role   `json:"role"`
	Prefix string `json:"prefix,omitempty"`
	Serial uint16 `json:"serial"`
	Sealed string `json:"sealed,omitempty"` // which key has signed the identifiers
}

// ErrUsage is a configuration that cannot be acted upon.
var ErrUsage = errors.New("the node cannot be run so")

func usage(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUsage, fmt.Sprintf(format, args...))
}

// prefixHandle is the handle of the node's own prefix, and of a mirror's primary.
func (c *Config) prefixHandle() string {
	if c.Prefix == "" {
		return wire.RootHandle
	}
	return wire.NA + c.Prefix
}

// identity is who administers the node.
func (c *Config) identity() wire.Reference {
	return prefix.Administrator(c.prefixHandle())
}

func (c *Config) check() error {
	if !c.Public.IsValid() && prefix.Everywhere(c.Handle) {
		return usage("%s is every address of this machine; name the one that others reach it under with --public-address", c.Handle)
	}
	if err := errors.Join(c.checkTrust(), c.checkShare()); err != nil {
		return err
	}
	switch c.Role {
	case Root:
		if c.Prefix != "" {
			return usage("a root has no prefix of its own; leave --prefix out")
		}
		return nil
	case Recursive:
		if c.Prefix != "" || len(c.Root) == 0 {
			return usage("a recursive node has no prefix, and needs the --root where it begins")
		}
		return nil
	case Mirror:
		return c.checkMirror()
	case Secondary, Enterprise:
	default:
		return usage("the role %q is not one of root, secondary, enterprise, recursive, mirror", c.Role)
	}
	if c.Prefix == "" {
		return usage("a node of role %s needs its prefix, as --prefix 88.101", c.Role)
	}
	if err := wire.CheckHandle(wire.NA + c.Prefix); err != nil {
		return usage("the prefix %q: %v", c.Prefix, err)
	}
	return nil
}

func (c *Config) checkTrust() error {
	switch {
	case c.Sign != vouch.None && !c.Sign.Known():
		return usage("a node signs with rsa or sm2, not with %q", c.Sign)
	case c.Sign != vouch.None && (c.Role == Recursive || c.Role == Mirror):
		return usage("a %s node has no identifiers of its own to sign", c.Role)
	case len(c.Trust) > 0 && c.Role != Recursive:
		return usage("--trust is of a recursive node, which checks signatures")
	case c.Demand && len(c.Trust) == 0:
		return usage("--demand-trust needs a root of trust; name its trust.json with --trust")
	default:
		return nil
	}
}

// remember compares the directory with the configuration, and makes it when it
// is new.
func (c *Config) remember() (saved, error) {
	s, err := c.recall()
	if errors.Is(err, fs.ErrNotExist) {
		s := saved{Role: c.Role, Prefix: c.Prefix}
		if err := os.MkdirAll(c.Dir, 0o700); err != nil {
			return s, fmt.Errorf("make the node's directory: %w", err)
		}
		return s, c.save(s)
	}
	if err != nil {
		return saved{}, err
	}
	if s.Role != c.Role || !wire.Equal(s.Prefix, c.Prefix) {
		return saved{}, usage("%s is of the %s node %s; name another --data for another node", c.Dir, s.Role, s.Prefix)
	}
	return s, nil
}

// recall reads what the directory remembers.
func (c *Config) recall() (saved, error) {
	path := filepath.Join(c.Dir, "node.json")
	text, err := os.ReadFile(path) //nolint:gosec // the directory that the operator named
	if err != nil {
		return saved{}, fmt.Errorf("read the node's directory: %w", err)
	}
	var s saved
	if err := json.Unmarshal(text, &s); err != nil {
		return saved{}, fmt.Errorf("decode %s: %w", path, err)
	}
	return s, nil
}

func (c *Config) save(s saved) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("encode node: %w", err)
	}
	return writeFile(filepath.Join(c.Dir, "node.json"), append(text, '\n'))
}

// writeFile writes a file that is there whole or not at all after a crash.
func writeFile(path string, octets []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, wrote := f.Write(octets)
	if err := errors.Join(wrote, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}
