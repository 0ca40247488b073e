package identifier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"linghang/lib/handle/client"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/station"
	"linghang/modules/identifier/internal/vouch"
)

// Commands are those of the room: they need no installation.
func Commands() []*cobra.Command {
	return []*cobra.Command{nodeCommand(), handleCommand(), resolveCommand(), escrowCommand(), signatureCommand()}
}

func nodeCommand() *cobra.Command {
	var c station.Config
	var role, public, root, site, share string
	var memory int64
	var rate int
	var mirrors, admins, anchors []string
	var sign string
	cmd := &cobra.Command{
		Use: "node", Short: "Run one identifier node alone: root, secondary, enterprise, recursive or mirror", Args: cobra.NoArgs,
		Long: `Run one node of the Handle System at an operator's or an enterprise's site. The directory holds its keys and
its identifiers; siteinfo.json in it is what clients and nodes below need, request.json is what the node above
registers (linghang node admit).`,
		Example: "  linghang node --role root --data /var/lib/root --handle :2641 --http :8000 --public-address 192.0.2.1\n" +
			"  linghang node --role secondary --prefix 88.101 --root root/siteinfo.json --data /var/lib/node\n" +
			"  linghang node --role enterprise --prefix 88.101.5 --root root/siteinfo.json --data /var/lib/enterprise\n" +
			"  linghang node --role recursive --root root/siteinfo.json --data /var/lib/recursive --handle 127.0.0.1:3641 --http 127.0.0.1:3642\n" +
			"  linghang node --role mirror --primary 0.NA/88.101.5 --root root/siteinfo.json --data /var/lib/mirror",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if rate < 0 || rate > mostUDPRate {
				return fmt.Errorf("--udp-rate: 0 for no limit, or 1 to %d KiB a second", mostUDPRate)
			}
			c.Role, c.Memory, c.UDPRate = station.Role(role), memory<<20, octetRate(rate)
			c.Dir = cmd.Flag("data").Value.String()
			c.HTTP = cmd.Flag("http").Value.String()
			if public != "" {
				if c.Public, err = netip.ParseAddr(public); err != nil {
					return fmt.Errorf("--public-address: %w", err)
				}
			}
			if c.Root, err = sites(root); err != nil {
				return err
			}
			if joined, err := sites(site); err != nil {
				return err
			} else if len(joined) > 0 {
				c.Site = &joined[0]
			}
			if c.Share, err = shareOf(share); err != nil {
				return err
			}
			c.Sign = vouch.Algorithm(sign)
			if c.Trust, err = trustRoots(anchors); err != nil {
				return err
			}
			if c.Mirrors, err = references("--mirror", mirrors); err != nil {
				return err
			}
			if c.Admins, err = references("--admin", admins); err != nil {
				return err
			}
			return serveNode(cmd.Context(), c, cmd.OutOrStdout(), slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&role, "role", "", "root, secondary, enterprise, recursive or mirror")
	flags.StringVar(&c.Prefix, "prefix", "", "the node's prefix, as 88.101 or 88.101.5; a root has none")
	flags.StringVar(&c.Handle, "handle", "127.0.0.1:2641", "address of the protocol, UDP and TCP")
	flags.StringVar(&public, "public-address", "", "IP address that others reach the node under, when it is not the one it listens on")
	flags.StringVar(&root, "root", "", "siteinfo.json of the root, to find the keys of administrators who are kept elsewhere")
	flags.StringArrayVar(&admins, "admin", nil, "who may do everything here beside who holds admin.key, as 301:88.101.5/ADMIN")
	flags.StringArrayVar(&mirrors, "mirror", nil, "who may follow all changes, as 301:88.101/MIRROR")
	flags.StringVar(&sign, "sign", "", "sign identifiers, and certify nodes below, with rsa or sm2")
	flags.StringArrayVar(&anchors, "trust", nil, "of a recursive node: trust.json of a root up to which signatures are checked")
	flags.BoolVar(&c.Demand, "demand-trust", false, "of a recursive node: who asks for trusted values gets no others")
	flags.StringVar(&site, "site", "", "of a node with several servers: their site, as linghang node join makes it")
	flags.StringVar(&share, "share", "", "of a mirror: which server's share of how many it mirrors, as 2/2; all by default")
	flags.StringVar(&c.Primary, "primary", "", "of a mirror: siteinfo.json of its primary, or the handle of the primary's prefix, as 0.NA/88.101.5")
	flags.IntVar(&c.Number, "number", 1, "of a mirror: which one of its primary this is, 1 to 9")
	flags.DurationVar(&c.Behind, "behind", time.Minute, "of a mirror: from when on it is degraded")
	flags.Int64Var(&memory, "memory", 256, "MiB of records that are kept in memory")
	flags.IntVar(&rate, "udp-rate", 1024, "KiB a second of answers by UDP to one network, which a forged sender may name; 0 is no limit")
	cmd.AddCommand(admitCommand(), statusCommand(), promoteCommand(), joinCommand(), probeCommand())
	return cmd
}

// serveNode runs a node until the context ends.
func serveNode(ctx context.Context, c station.Config, out io.Writer, log *slog.Logger) (err error) {
	start := time.Now()
	s, err := station.Open(ctx, c, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	_, _ = fmt.Fprintf(out, "%s node %s: %s (UDP, TCP), http://%s (opened in %d ms)\n", c.Role, s.Name(), s.Address(), s.Web(), time.Since(start).Milliseconds())
	if c.Role == station.Mirror {
		tellMirror(out, s, c)
	}
	return s.Run(ctx)
}

func references(flag string, list []string) (references []wire.Reference, err error) {
	for _, text := range list {
		r, err := wire.ParseReference(text)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", flag, text, err)
		}
		references = append(references, r)
	}
	return references, nil
}

// trustRoots reads the files of roots of trust.
func trustRoots(files []string) (roots []trust.Root, err error) {
	for _, file := range files {
		root, err := vouch.LoadRoot(file)
		if err != nil {
			return nil, fmt.Errorf("--trust: %w", err)
		}
		roots = append(roots, root)
	}
	return roots, nil
}

// sites reads the file of a site; without a name there is none.
func sites(file string) ([]wire.Site, error) {
	if file == "" {
		return nil, nil
	}
	site, err := station.LoadSite(file)
	if err != nil {
		return nil, err
	}
	return []wire.Site{site}, nil
}

// hop is one step of a resolution as it is shown.
type hop struct {
	Handle   string  `json:"handle"`
	Why      string  `json:"why"`
	Server   string  `json:"server"`
	Protocol string  `json:"protocol"`
	Code     int     `json:"code"`
	Meaning  string  `json:"meaning"`
	Took     float64 `json:"took_ms"`
	Fault    string  `json:"fault,omitempty"`
}

// outcome is what was answered, and what was wrong with it.
func (h hop) outcome() string {
	answered := fmt.Sprint(h.Code, " ", h.Meaning)
	switch {
	case h.Fault == "":
		return answered
	case h.Code == 0:
		return h.Fault
	default:
		return answered + ": " + h.Fault
	}
}

func resolveCommand() *cobra.Command {
	var root, ask string
	var anchors []string
	var traced, signed, authoritative bool
	var q client.Query
	cmd := &cobra.Command{
		Use: "resolve HANDLE", Short: "Resolve an identifier from a root down, or at a recursive node", Args: cobra.ExactArgs(1),
		Example: "  linghang resolve 88.101.5/T001 --root root/siteinfo.json --trace\n" +
			"  linghang resolve 88.101.5/T001 --root root/siteinfo.json --trace --trust root/trust.json\n" +
			"  linghang resolve 88.101.5/T001 --server 127.0.0.1:3641 --type URL --output json",
		RunE: func(cmd *cobra.Command, args []string) error {
			o := client.Options{}
			var err error
			if o.Root, err = sites(root); err != nil {
				return err
			}
			if ask != "" {
				if o.Resolver, err = resolverAt(ask); err != nil {
					return err
				}
			}
			if len(o.Root)+len(o.Resolver) == 0 {
				return errors.New("say where to begin: --root with the siteinfo.json of a root, or --server with the address of a node")
			}
			var way []hop
			o.Trace = func(h client.Hop) { way = append(way, hopOf(h)) }
			c := client.New(o)
			defer func() { _ = c.Close() }()
			q.Signed, q.Authoritative = signed, authoritative
			roots, err := trustRoots(anchors)
			if err != nil {
				return err
			}
			a, signatures, err := resolveTrusted(cmd.Context(), c, args[0], q, roots)
			if !traced {
				way = nil
			}
			return errors.Join(showResolution(cmd, args[0], a, way, signatures), err)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&root, "root", "", "siteinfo.json of the root where the search begins")
	flags.StringVar(&ask, "server", "", "address of a node that is asked instead, with recursion")
	flags.BoolVar(&traced, "trace", false, "show every step")
	flags.BoolVar(&signed, "signed", false, "answers must be signed with the key of their site")
	flags.StringArrayVar(&anchors, "trust", nil, "trust.json of a root: signatures of values must lead up to it")
	flags.BoolVar(&q.Trusted, "trusted", false, "with --server: ask the recursive node whether signatures of values hold")
	flags.BoolVar(&authoritative, "authoritative", false, "ask a primary, not a cache")
	flags.StringArrayVar(&q.Types, "type", nil, "values of this type only; one that ends with a dot is all below it too")
	flags.Int32SliceVar(&q.Indexes, "index", nil, "values at these indexes only")
	flags.BoolVar(&q.KeepAlias, "keep-alias", false, "an alias is the answer")
	return cmd
}

func hopOf(h client.Hop) hop {
	v := hop{
		Handle: h.Handle, Why: h.Why, Server: h.Server.String(), Protocol: h.Protocol.String(), Code: int(h.Code),
		Took: float64(h.Took.Microseconds()) / 1000,
	}
	if h.Code != 0 {
		v.Meaning = h.Code.String()
	}
	if h.Fault != nil {
		v.Fault = h.Fault.Error()
	}
	return v
}

// resolverAt is the site of a node of which only the address is known.
func resolverAt(address string) ([]wire.Site, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("--server: %w", err)
	}
	port := uint32(at.Port())
	return []wire.Site{{Version: wire.Current(), Servers: []wire.Server{{ID: 1, Address: at.Addr(), Interfaces: []wire.Interface{
		{Service: wire.ServiceQuery, Protocol: wire.UDP, Port: port}, {Service: wire.ServiceQuery, Protocol: wire.TCP, Port: port},
	}}}}}, nil
}

// showResolution prints an answer, and the way to it.
func showResolution(cmd *cobra.Command, handle string, a *client.Answer, way []hop, signatures []resolver.Signature) error {
	values := []valueView{}
	if a != nil {
		for i := range a.Values {
			values = append(values, viewOf(&a.Values[i]))
		}
		handle = a.Handle
	}
	out := cmd.OutOrStdout()
	if cmd.Flag("output").Value.String() == "json" {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(map[string]any{"handle": handle, "values": values, "trace": way, "signatures": signatures, "trusted": a != nil && a.Trusted}) //nolint:wrapcheck // to standard output
	}
	for i, h := range way {
		_, _ = fmt.Fprintf(out, "%d  %-4s %-21s %8.3f ms  %s (%s): %s\n", i+1, h.Protocol, h.Server, h.Took, h.Handle, h.Why, h.outcome())
	}
	for i := range signatures {
		_, _ = fmt.Fprintln(out, signatureText(&signatures[i]))
	}
	if a != nil && a.Trusted {
		_, _ = fmt.Fprintln(out, "trusted: signatures up to a root of trust hold")
	}
	for _, v := range values {
		_, _ = fmt.Fprintf(out, "%d\t%s\t%s\n", v.Index, v.Type, v.Data)
	}
	return nil
}
