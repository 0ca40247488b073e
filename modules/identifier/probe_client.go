package identifier

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/probe"
	"linghang/modules/identifier/internal/station"
)

// lookout is a probe that runs elsewhere and reports to the city.
type lookout struct {
	report, token, probe string
	prefixes             []string
	key, as              string
	every                time.Duration
	once                 bool
	http                 *http.Client
}

func probeCommand() *cobra.Command {
	o := lookout{http: &http.Client{Timeout: 30 * time.Second}}
	var tokenFile string
	cmd := &cobra.Command{
		Use: "probe", Short: "Look at the nodes of a city from this machine, and report what is seen", Args: cobra.NoArgs,
		Long: `Look at the nodes of a city from this machine, over UDP and TCP as any client does, and report what is seen.
The bureau registers the probe and gives its number; the token holds the permission identifier.probe for the
organisation that the probe is of. With --key, --as and one --prefix an identifier is also registered, resolved and
removed at each look.`,
		Example: "  linghang node probe --report https://industry.example.cn --token-file token --probe 01J…\n" +
			"  linghang node probe --report https://industry.example.cn --token-file token --probe 01J… --prefix 88.101.5 --key admin.key --as 300:0.NA/88.101.5 --once",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if tokenFile != "" {
				text, err := os.ReadFile(tokenFile) //nolint:gosec // the file that the operator named
				if err != nil {
					return fmt.Errorf("--token-file: %w", err)
				}
				o.token = strings.TrimSpace(string(text))
			}
			if o.token == "" {
				return errors.New("give the token with --token or --token-file")
			}
			return o.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.report, "report", "", "address of the city")
	flags.StringVar(&o.token, "token", "", "token of the city")
	flags.StringVar(&tokenFile, "token-file", "", "file with the token")
	flags.StringVar(&o.probe, "probe", "", "number of the probe, as the city gave it")
	flags.StringArrayVar(&o.prefixes, "prefix", nil, "look at nodes of these prefixes only")
	flags.StringVar(&o.key, "key", "", "file with the private key of who administers the prefix; registers an identifier too")
	flags.StringVar(&o.as, "as", "", "who administers the prefix, as 300:0.NA/88.101.5")
	flags.DurationVar(&o.every, "every", time.Minute, "time between two looks")
	flags.BoolVar(&o.once, "once", false, "look once and end")
	for _, name := range []string{"report", "probe"} {
		_ = cmd.MarkFlagRequired(name) // fails for a name that is no flag only
	}
	return cmd
}

// run looks until the context ends, or once. What could not be reported is told,
// and the next look goes on.
func (o *lookout) run(ctx context.Context, out io.Writer) error {
	for {
		n, bad, err := o.look(ctx)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it was told to end
		case err != nil && o.once:
			return err
		case err != nil:
			_, _ = fmt.Fprintf(out, "%s not reported: %v\n", time.Now().Format(time.DateTime), err)
		default:
			_, _ = fmt.Fprintf(out, "%s %d nodes, %d of them not well\n", time.Now().Format(time.DateTime), n, bad)
		}
		if o.once || !pause(ctx, o.every) {
			return nil
		}
	}
}

// look looks at every node once and reports.
func (o *lookout) look(ctx context.Context) (n, bad int, err error) {
	targets, err := o.targets(ctx)
	if err != nil {
		return 0, 0, err
	}
	checker := probe.NewChecker()
	defer func() { _ = checker.Close() }() // nothing was sent
	results := make([]probe.Result, len(targets))
	work, within := errgroup.WithContext(ctx)
	work.SetLimit(probedAtOnce)
	for i := range targets {
		work.Go(func() error {
			results[i] = checker.Resolve(within, &targets[i])
			return o.register(within, checker, &targets[i], &results[i])
		})
	}
	if err := work.Wait(); err != nil {
		return 0, 0, fmt.Errorf("look at nodes: %w", err)
	}
	for i := range results {
		if results[i].Fault() != "" {
			bad++
		}
	}
	if len(results) == 0 {
		return 0, 0, nil
	}
	return len(results), bad, o.call(ctx, http.MethodPost, "results", map[string]any{"results": results}, nil)
}

func (o *lookout) register(ctx context.Context, c *probe.Checker, t *probe.Target, r *probe.Result) error {
	if o.key == "" || len(o.prefixes) != 1 {
		return nil
	}
	identity := auth.Identity{}
	var err error
	if identity.Reference, err = wire.ParseReference(o.as); err != nil {
		return fmt.Errorf("--as %q: %w", o.as, err)
	}
	if identity.Key, err = station.LoadKey(o.key, nil); err != nil {
		return err //nolint:wrapcheck // it says all
	}
	save, remove, done := c.Over(t.Site, identity)
	c.Register(ctx, t, r, save, remove)
	return done()
}

func (o *lookout) targets(ctx context.Context) ([]probe.Target, error) {
	var v targetsView
	if err := o.call(ctx, http.MethodGet, "targets", nil, &v); err != nil {
		return nil, err
	}
	var list []probe.Target
	for _, t := range v.Items {
		if len(o.prefixes) > 0 && !hasFold(o.prefixes, t.Prefix) {
			continue
		}
		one := probe.Target{NodeID: t.NodeID, Prefix: t.Prefix, Handle: t.Handle}
		site, err := siteIn(t.Site)
		if err != nil {
			return nil, err
		}
		one.Site = *site
		if t.Above != "" {
			if one.Above, err = siteIn(t.Above); err != nil {
				return nil, err
			}
		}
		list = append(list, one)
	}
	return list, nil
}

func hasFold(list []string, prefix string) bool {
	for _, p := range list {
		if wire.Fold(p) == wire.Fold(prefix) {
			return true
		}
	}
	return false
}

func siteIn(text string) (*wire.Site, error) {
	octets, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("read a site of the city: %w", err)
	}
	site, err := wire.DecodeSite(octets)
	if err != nil {
		return nil, fmt.Errorf("read a site of the city: %w", err)
	}
	return &site, nil
}

// answerMost is how many octets of an answer are read.
const answerMost = 16 << 20

func (o *lookout) call(ctx context.Context, method, what string, body, into any) error {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("write %s: %w", what, err)
		}
		content = bytes.NewReader(text)
	}
	address := strings.TrimSuffix(o.report, "/") + "/api/identifier/probes/" + url.PathEscape(o.probe) + "/" + what
	req, err := http.NewRequestWithContext(ctx, method, address, content)
	if err != nil {
		return fmt.Errorf("--report: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+o.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := o.http.Do(req)
	if err != nil {
		return fmt.Errorf("call the city: %w", err)
	}
	defer func() { _ = res.Body.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(res.Body, answerMost))
	if err != nil {
		return fmt.Errorf("read the city's answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the city answered %s: %.300s", res.Status, text)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read the city's answer: %w", err)
	}
	return nil
}
