package identifier

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/escrow"
	"linghang/modules/identifier/internal/record"
)

func escrowCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "escrow", Short: "Check, open and restore packages that a secondary node puts in escrow"}
	cmd.AddCommand(escrowVerify(), escrowOpen(), escrowRestore())
	return cmd
}

// opening is what opens a package.
type opening struct{ certificate, key, public string }

func (o *opening) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.certificate, "certificate", "", "certificate of the escrow body, PEM")
	cmd.Flags().StringVar(&o.key, "key", "", "its private key, PEM")
	o.trust(cmd)
	for _, name := range []string{"certificate", "key"} {
		_ = cmd.MarkFlagRequired(name) // fails for a name that is no flag only
	}
}

func (o *opening) trust(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.public, "public", "", "public key that the package must be signed with, PEM; without it the one in the package is taken")
}

// load reads a manifest, and checks its signature and its slices.
func (o *opening) load(path string) (*escrow.Package, error) {
	trusted := ""
	if o.public != "" {
		text, err := os.ReadFile(o.public)
		if err != nil {
			return nil, fmt.Errorf("--public: %w", err)
		}
		trusted = string(text)
	}
	p, err := escrow.Load(path, checkSigned, trusted)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	return p, p.Whole() //nolint:wrapcheck // it says all
}

func (o *opening) opener() (escrow.Opener, error) {
	certificate, err := os.ReadFile(o.certificate)
	if err != nil {
		return escrow.Opener{}, fmt.Errorf("--certificate: %w", err)
	}
	key, err := os.ReadFile(o.key)
	if err != nil {
		return escrow.Opener{}, fmt.Errorf("--key: %w", err)
	}
	return escrow.ParseOpener(certificate, key) //nolint:wrapcheck // it says all
}

func tell(cmd *cobra.Command, p *escrow.Package) {
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s of %s, %d records, %d removed, %d slices, %d octets, signature and slices hold\n", p.Name, p.Kind, p.Prefix, p.Records, p.Removed, len(p.Slices), p.Size())
}

func escrowVerify() *cobra.Command {
	var o opening
	cmd := &cobra.Command{
		Use: "verify MANIFEST", Short: "Check the signature and the slices of a package; no private key is needed", Args: cobra.ExactArgs(1),
		Example: "  linghang escrow verify 88.101-20261127-full.json --public city.pem",
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := o.load(args[0])
			if err != nil {
				return err
			}
			tell(cmd, p)
			if o.public == "" {
				_, _ = fmt.Fprintf(cmd.OutOrStdout(), "signed with this key; compare it with the city's, or name that with --public:\n%s", p.Public)
			}
			return nil
		},
	}
	o.trust(cmd)
	return cmd
}

func escrowOpen() *cobra.Command {
	var o opening
	var out string
	cmd := &cobra.Command{
		Use: "open MANIFEST", Short: "Decrypt a package to a ZIP with nodes.xml and records.xml", Args: cobra.ExactArgs(1),
		Example: "  linghang escrow open 88.101-20261127-full.json --certificate body.pem --key body.key --out opened.zip",
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := o.load(args[0])
			if err != nil {
				return err
			}
			if out == "" {
				out = p.Name + ".zip"
			}
			tell(cmd, p)
			return o.decrypt(p, out)
		},
	}
	o.flags(cmd)
	cmd.Flags().StringVar(&out, "out", "", "the ZIP file; named as the package when left out")
	return cmd
}

// decrypt writes the ZIP of a package to a file that is not there yet.
func (o *opening) decrypt(p *escrow.Package, out string) (err error) {
	opener, err := o.opener()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the file that the operator names
	if err != nil {
		return fmt.Errorf("open %s: %w", out, err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(out)
		}
	}()
	return p.Open(opener, f) //nolint:wrapcheck // it says all
}

func escrowRestore() *cobra.Command {
	var o opening
	cmd := &cobra.Command{
		Use: "restore MANIFEST...", Short: "Put a full package, and the differences after it, into the directory of a new node", Args: cobra.MinimumNArgs(1),
		Long: `Put the records of a full package, and of the differences after it in their order, into the directory of a node that
takes a secondary node over. The directory is new. Start the node there afterwards, with the prefix of the node that is
gone, and have the node above register its request.json: the routes resolve again.`,
		Example: "  linghang escrow restore 88.101-20261127-full.json 88.101-20261128-difference.json --certificate body.pem --key body.key --data /var/lib/takeover\n" +
			"  linghang node --role secondary --prefix 88.101 --data /var/lib/takeover --root root/siteinfo.json\n" +
			"  linghang node admit /var/lib/takeover/request.json --root root/siteinfo.json --key root/admin.key --as 300:0.NA/0.NA",
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.restore(cmd, args, cmd.Flag("data").Value.String())
		},
	}
	o.flags(cmd)
	return cmd
}

// restore puts packages into a new directory.
func (o *opening) restore(cmd *cobra.Command, manifests []string, dir string) (err error) {
	var packages []*escrow.Package
	for i, path := range manifests {
		p, err := o.load(path)
		if err != nil {
			return err
		}
		switch {
		case i == 0 && p.Kind != escrow.Full:
			return fmt.Errorf("%s is a difference to %s; begin with a full package", p.Name, p.Base)
		case i > 0 && (p.Base != packages[i-1].Name || p.Prefix != packages[0].Prefix):
			return fmt.Errorf("%s is not the difference to %s", p.Name, packages[i-1].Name)
		}
		packages = append(packages, p)
	}
	records := filepath.Join(dir, "records")
	if _, err := os.Stat(records); err == nil {
		return fmt.Errorf("%s is there already; restore into a new directory", records)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the directory: %w", err)
	}
	store, err := record.OpenFiles(records, record.Options{})
	if err != nil {
		return fmt.Errorf("open the records: %w", err)
	}
	defer func() {
		if err = errors.Join(err, store.Close()); err != nil {
			err = errors.Join(err, os.RemoveAll(records)) // half of the records would be taken for all
		}
	}()
	for _, p := range packages {
		tell(cmd, p)
		if err := o.put(cmd.Context(), store, p, dir); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), "restored to %s; start it with --role secondary --prefix %s, and register its request.json at the node above\n", dir, packages[0].Prefix)
	return nil
}

// restoredAtOnce is how many records are put in one commit.
const restoredAtOnce = 1000

// put puts the records of a package into a store. That of the node's own prefix is
// left out: it says where the node was that is gone.
func (o *opening) put(ctx context.Context, store record.Store, p *escrow.Package, dir string) (err error) {
	path := filepath.Join(dir, p.Name+".zip")
	if err := o.decrypt(p, path); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(path)) }()
	archive, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("open the ZIP: %w", err)
	}
	defer func() { err = errors.Join(err, archive.Close()) }()
	var changes []record.Change
	flush := func() error {
		_, err := store.Apply(ctx, changes)
		changes = changes[:0]
		return err //nolint:wrapcheck // the caller says of what
	}
	own := wire.Fold(wire.NA + p.Prefix)
	for e, err := range escrow.Entries(&archive.Reader) {
		if err != nil {
			return err //nolint:wrapcheck // it says all
		}
		if wire.Fold(e.Handle) == own {
			continue
		}
		if changes = append(changes, changeOf(e)); len(changes) == restoredAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

func changeOf(e escrow.Entry) record.Change {
	c := record.Change{Action: wire.ActionDelete, Handle: e.Handle, Was: record.Any, By: "escrow", Via: "escrow", At: e.At.UnixMilli()}
	if !e.Removed {
		c.Action = wire.ActionCreate
		v := wire.Values{Values: e.Values}
		c.Values = v.Append(nil)[4:] // without the handle, which is empty
	}
	return c
}
