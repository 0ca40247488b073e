package identifier

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"linghang/kernel/attest"
)

func signatureCommand() *cobra.Command {
	var public string
	cmd := &cobra.Command{
		Use: "signature FILE [REPORT...]", Short: "Check the signature of reports of nodes and platforms and of tables, and the files that were signed", Args: cobra.MinimumNArgs(1),
		Long: `Check what a city has signed, without the city: FILE is the ZIP of tables of an identifier node, or the signature
file of a monthly report of a node or of a monitoring report of platforms, and REPORT are files of that report.`,
		Example: "  linghang signature 88.101-2026-11-26-tables.zip --public city.pem\n" +
			"  linghang signature 88.101-2026-10-v1.signature.json 88.101-2026-10-v1.pdf 88.101-2026-10-v1.xlsx --public city.pem",
		RunE: func(cmd *cobra.Command, args []string) error {
			return checkSignature(cmd, args[0], args[1:], public)
		},
	}
	cmd.Flags().StringVar(&public, "public", "", "public key that it must be signed with, PEM; without it the one in the file is taken")
	return cmd
}

var errNotWhole = errors.New("a file is not what was signed")

func checkSignature(cmd *cobra.Command, path string, reports []string, public string) (err error) {
	f, err := os.Open(path) //nolint:gosec // the file that the caller names
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	b, err := attest.Read(f, info.Size())
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	trusted := b.Public
	if public != "" {
		text, err := os.ReadFile(public) //nolint:gosec // the file that the caller names
		if err != nil {
			return fmt.Errorf("--public: %w", err)
		}
		trusted = string(text)
	}
	if err := checkSigned(trusted, []byte(b.Statement), b.Signature); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	out := cmd.OutOrStdout()
	_, _ = fmt.Fprintf(out, "%sthe signature holds\n", b.Statement)
	if public == "" {
		_, _ = fmt.Fprintf(out, "signed with this key; compare it with the city's, or name that with --public:\n%s", b.Public)
	}
	found := b.Compare()
	for _, name := range reports {
		one, err := sumOf(name)
		if err != nil {
			return err
		}
		found = append(found, b.Identify(one))
	}
	for _, one := range found {
		_, _ = fmt.Fprintf(out, "%-8s %s\n", one.State, one.Name)
		if one.State != attest.Whole {
			err = errNotWhole
		}
	}
	return err
}

func sumOf(name string) (one attest.File, err error) {
	f, err := os.Open(name) //nolint:gosec // the file that the caller names
	if err != nil {
		return one, fmt.Errorf("open: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	one, _, err = attest.Sum(name, f)
	return one, err //nolint:wrapcheck // it says all
}
