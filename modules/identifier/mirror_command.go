package identifier

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/station"
	"linghang/modules/identifier/internal/vouch"
)

func admitCommand() *cobra.Command {
	var a access
	var v vouching
	cmd := &cobra.Command{
		Use: "admit REQUEST", Short: "Register what a node asks for: its prefix, or the key and the site of a mirror", Args: cobra.ExactArgs(1),
		Long: `Register what the file of a node asks for. request.json of a node below is the record of its prefix. request.json of
a mirror is its key, which its primary must know; publish.json of a mirror is its HS_SITE, beside the primary's.

With --sign-key the node above certifies the key by which the node below signs. Certificates end after --valid-days;
admit the node again before. Without --sign-key a node that is admitted again has its certificate taken back.`,
		Example: "  linghang node admit node/request.json --root root/siteinfo.json --key root/admin.key --as 300:0.NA/0.NA\n" +
			"  linghang node admit mirror/request.json --root root/siteinfo.json --key primary/admin.key --as 300:0.NA/88.101.5\n" +
			"  linghang node admit mirror/publish.json --root root/siteinfo.json --key primary/admin.key --as 300:0.NA/88.101.5",
		RunE: func(cmd *cobra.Command, args []string) error {
			request, err := station.LoadRequest(args[0])
			if err != nil {
				return err //nolint:wrapcheck // it says all
			}
			told, err := v.certify(&request, a.as)
			if err != nil {
				return err
			}
			return a.with(cmd, func(ctx context.Context, c *client.Client) error {
				if err := admit(ctx, c, request); err != nil {
					return fmt.Errorf("register %s: %w", request.Handle, err)
				}
				_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s is registered%s\n", request.Handle, told)
				return nil
			})
		},
	}
	a.flags(cmd)
	cmd.Flags().StringVar(&v.key, "sign-key", "", "sign-rsa.key or sign-sm2.key of the node above, which certifies the node below")
	cmd.Flags().IntVar(&v.days, "valid-days", 365, "days that a certificate is good for")
	cmd.Example += "\n  linghang node admit node/request.json --root root/siteinfo.json --key root/admin.key --as 300:0.NA/0.NA --sign-key root/sign-rsa.key"
	return cmd
}

// vouching is how a node that is admitted is certified.
type vouching struct {
	key  string
	days int
}

// mostDays is how many days a certificate may be good for.
const mostDays = 3650

// certify adds a certificate to what is registered, if a key is named, and tells so.
func (v vouching) certify(r *station.Request, as string) (string, error) {
	if v.key == "" {
		return "", nil
	}
	if v.days < 1 || v.days > mostDays {
		return "", fmt.Errorf("--valid-days: from 1 to %d", mostDays)
	}
	who, err := wire.ParseReference(as)
	if err != nil {
		return "", fmt.Errorf("--as %q: %w", as, err)
	}
	signer, err := station.LoadSigner(v.key, who.Handle)
	if err != nil {
		return "", fmt.Errorf("--sign-key: %w", err)
	}
	key, err := vouch.KeyOf(r.Values)
	if err != nil {
		return "", err //nolint:wrapcheck // it says all
	}
	if key == nil {
		return "", fmt.Errorf("%s asks for no certificate: start its node with --sign rsa or --sign sm2", r.Handle)
	}
	now := time.Now()
	below := slices.ContainsFunc(r.Values, func(v wire.Value) bool { return wire.Equal(v.Type, wire.TypeSitePrefix) })
	certificate, err := signer.Certify(vouch.Subject{Prefix: r.Handle, Key: key, Below: below, Until: now.AddDate(0, 0, v.days)}, now)
	if err != nil {
		return "", err //nolint:wrapcheck // it says all
	}
	r.Values = append(r.Values, certificate)
	return ", and its key is certified by " + signer.Issuer().String(), nil
}

// admit registers what a node asks for.
func admit(ctx context.Context, c *client.Client, r station.Request) error {
	if !r.Beside {
		_, err := c.Create(ctx, r.Handle, r.Values, wire.FlagOverwrite)
		return err //nolint:wrapcheck // the caller says what for
	}
	values, err := withBelow(ctx, c, r)
	if err != nil {
		return err
	}
	err = c.AddValues(ctx, r.Handle, values, wire.FlagOverwrite)
	if client.CodeOf(err) == wire.CodeNotFound {
		_, err = c.Create(ctx, r.Handle, values, 0)
	}
	return err //nolint:wrapcheck // the caller says what for
}

// withBelow adds a site for the prefixes below to that of a mirror, at the next
// index, if the primary's prefix has one.
func withBelow(ctx context.Context, c *client.Client, r station.Request) ([]wire.Value, error) {
	values := r.Values
	if !wire.Equal(values[0].Type, wire.TypeSite) {
		return values, nil
	}
	a, err := c.Resolve(ctx, r.Handle, client.Query{Types: []string{wire.TypeSitePrefix}, Authoritative: true, KeepAlias: true})
	switch client.CodeOf(err) {
	case wire.CodeNotFound, wire.CodeValuesNotFound:
		return values, nil
	default:
	}
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller says what for
	}
	if len(a.Values) > 0 {
		below := values[0]
		below.Index, below.Type = below.Index+1, wire.TypeSitePrefix
		values = append(values, below)
	}
	return values, nil
}

// tellMirror says what is to be done for a mirror elsewhere.
func tellMirror(out io.Writer, s *station.Station, c station.Config) {
	if s.Whole() {
		return
	}
	_, _ = fmt.Fprintf(out, `It answers when it has everything of its primary. The primary must know it:
  linghang node admit %s --root ROOT --key ADMIN.KEY --as 300:%s
  and be started with --mirror %s
When it has everything (linghang node status http://%s), make it known to clients:
  linghang node admit %s --root ROOT --key ADMIN.KEY --as 300:%s
`, filepath.Join(c.Dir, "request.json"), s.Prefix(), s.MirrorIdentity(), s.Web(), filepath.Join(c.Dir, "publish.json"), s.Prefix())
}

func statusCommand() *cobra.Command {
	return &cobra.Command{
		Use: "status ADDRESS", Short: "Tell how far a mirror is behind its primary", Args: cobra.ExactArgs(1),
		Example: "  linghang node status 127.0.0.1:8003",
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := station.AskHealth(cmd.Context(), args[0])
			if err != nil {
				return err //nolint:wrapcheck // it says all
			}
			return showHealth(cmd, &h)
		},
	}
}

func showHealth(cmd *cobra.Command, h *station.Health) error {
	out := cmd.OutOrStdout()
	if cmd.Flag("output").Value.String() == "json" {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(h) //nolint:wrapcheck // to standard output
	}
	contact := "not since the start"
	if !h.Contact.IsZero() {
		contact = h.Contact.Format(time.RFC3339)
	}
	for _, line := range [][2]string{
		{"state", h.State},
		{"reason", h.Reason},
		{"mend", h.Mend},
		{"primary", h.Primary},
		{"identity", h.Identity},
		{"answers", yesNo(h.Answers)},
		{"connected", yesNo(h.Connected)},
		{"dumping", dumping(h)},
		{"behind", fmt.Sprintf("%.1f s, %d transactions", h.Behind, h.Transactions)},
		{"position", fmt.Sprint(h.Position)},
		{"last contact", contact},
		{"fault", h.Fault},
	} {
		if line[1] != "" {
			_, _ = fmt.Fprintf(out, "%-13s %s\n", line[0], line[1])
		}
	}
	return nil
}

func dumping(h *station.Health) string {
	if !h.Dumping {
		return ""
	}
	return fmt.Sprintf("%d handles so far", h.Dumped)
}

func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

func promoteCommand() *cobra.Command {
	var role string
	cmd := &cobra.Command{
		Use: "promote", Short: "Make a mirror the primary, when the primary is lost for good", Args: cobra.NoArgs,
		Long: `Make the directory of a mirror that of a primary. Stop the mirror before, and see that the old primary never comes
back: two primaries would take different changes. Start the node afterwards with the role that the primary had, and
have the node above register its request.json.`,
		Example: "  linghang node promote --data /var/lib/mirror --role enterprise",
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir := cmd.Flag("data").Value.String()
			prefix, err := station.Promote(cmd.Context(), dir, station.Role(role), slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
			if err != nil {
				return err //nolint:wrapcheck // it says all
			}
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s is the %s node %s now; start it with --role %s, and register its request.json at the node above\n", dir, role, prefix, role)
			return nil
		},
	}
	cmd.Flags().StringVar(&role, "role", "", "what the primary was: root, secondary or enterprise")
	return cmd
}
