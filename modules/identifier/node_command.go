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
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/station"
)

// Commands are those of the room: they need no installation.
func Commands() []*cobra.Command {
	return []*cobra.Command{nodeCommand(), handleCommand(), resolveCommand()}
}

func nodeCommand() *cobra.Command {
	var c station.Config
	var role, public, root string
	var memory int64
	var mirrors, admins []string
	cmd := &cobra.Command{
		Use: "node", Short: "Run one identifier node alone: root, secondary or enterprise", Args: cobra.NoArgs,
		Long: `Run one node of the Handle System at an operator's or an enterprise's site. The directory holds its keys and
its identifiers; siteinfo.json in it is what clients and nodes below need, request.json is what the node above
registers (linghang node admit).`,
		Example: "  linghang node --role root --data /var/lib/root --handle :2641 --http :8000 --public-address 192.0.2.1\n" +
			"  linghang node --role secondary --prefix 88.101 --root root/siteinfo.json --data /var/lib/node\n" +
			"  linghang node --role enterprise --prefix 88.101.5 --root root/siteinfo.json --data /var/lib/enterprise",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c.Role, c.Memory = station.Role(role), memory<<20
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
			if c.Mirror, err = references("--mirror", mirrors); err != nil {
				return err
			}
			if c.Admins, err = references("--admin", admins); err != nil {
				return err
			}
			return serveNode(cmd.Context(), c, cmd.OutOrStdout(), slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&role, "role", "", "root, secondary or enterprise")
	flags.StringVar(&c.Prefix, "prefix", "", "the node's prefix, as 88.101 or 88.101.5; a root has none")
	flags.StringVar(&c.Handle, "handle", "127.0.0.1:2641", "address of the protocol, UDP and TCP")
	flags.StringVar(&public, "public-address", "", "IP address that others reach the node under, when it is not the one it listens on")
	flags.StringVar(&root, "root", "", "siteinfo.json of the root, to find the keys of administrators who are kept elsewhere")
	flags.StringArrayVar(&admins, "admin", nil, "who may do everything here beside who holds admin.key, as 301:88.101.5/ADMIN")
	flags.StringArrayVar(&mirrors, "mirror", nil, "who may follow all changes, as 300:0.NA/88.101")
	flags.Int64Var(&memory, "memory", 256, "MiB of records that are kept in memory")
	cmd.AddCommand(admitCommand())
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
	_, _ = fmt.Fprintf(out, "%s node %s: %s (UDP, TCP), http://%s (opened in %d ms)\n", c.Role, c.Prefix, s.Address(), s.Web(), time.Since(start).Milliseconds())
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

func admitCommand() *cobra.Command {
	var a access
	cmd := &cobra.Command{
		Use: "admit REQUEST", Short: "Register the prefix of a node below, from its request.json", Args: cobra.ExactArgs(1),
		Example: "  linghang node admit node/request.json --root root/siteinfo.json --key root/admin.key --as 300:0.NA/0.NA",
		RunE: func(cmd *cobra.Command, args []string) error {
			request, err := station.LoadRequest(args[0])
			if err != nil {
				return err //nolint:wrapcheck // it says all
			}
			return a.with(cmd, func(ctx context.Context, c *client.Client) error {
				if _, err := c.Create(ctx, request.Handle, request.Values, wire.FlagOverwrite); err != nil {
					return fmt.Errorf("register %s: %w", request.Handle, err)
				}
				_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s is registered\n", request.Handle)
				return nil
			})
		},
	}
	a.flags(cmd)
	return cmd
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

func resolveCommand() *cobra.Command {
	var root, ask string
	var traced, signed, authoritative bool
	var q client.Query
	cmd := &cobra.Command{
		Use: "resolve HANDLE", Short: "Resolve an identifier from a root down, or at a recursive node", Args: cobra.ExactArgs(1),
		Example: "  linghang resolve 88.101.5/T001 --root root/siteinfo.json --trace\n" +
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
			a, err := c.Resolve(cmd.Context(), args[0], q)
			if !traced {
				way = nil
			}
			return errors.Join(showResolution(cmd, args[0], a, way), err)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&root, "root", "", "siteinfo.json of the root where the search begins")
	flags.StringVar(&ask, "server", "", "address of a node that is asked instead, with recursion")
	flags.BoolVar(&traced, "trace", false, "show every step")
	flags.BoolVar(&signed, "signed", false, "answers must be signed with the key of their site")
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
func showResolution(cmd *cobra.Command, handle string, a *client.Answer, way []hop) error {
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
		return enc.Encode(map[string]any{"handle": handle, "values": values, "trace": way}) //nolint:wrapcheck // to standard output
	}
	for i, h := range way {
		_, _ = fmt.Fprintf(out, "%d  %-4s %-21s %8.3f ms  %s (%s): %d %s%s\n", i+1, h.Protocol, h.Server, h.Took, h.Handle, h.Why, h.Code, h.Meaning, h.Fault)
	}
	for _, v := range values {
		_, _ = fmt.Fprintf(out, "%d\t%s\t%s\n", v.Index, v.Type, v.Data)
	}
	return nil
}
