package identifier

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"linghang/lib/handle/hjson"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/station"
)

func joinCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "join SITEINFO SITEINFO...", Short: "Make one site of several servers, each of which answers for a share of the identifiers", Args: cobra.MinimumNArgs(2),
		Long: `Make one site of several servers, of the siteinfo.json that each had alone. A handle is answered for by the server
that it hashes to; the order of the servers says which that is, and must stay. Start each server with --site and the
file that is written, and register the site at the node above.`,
		Example: "  linghang node join first/siteinfo.json second/siteinfo.json --out site.json\n" +
			"  linghang node --role enterprise --prefix 88.101.5 --data first --site site.json --root root/siteinfo.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			var sites []wire.Site
			for _, file := range args {
				site, err := station.LoadSite(file)
				if err != nil {
					return err //nolint:wrapcheck // it says all
				}
				sites = append(sites, site)
			}
			joined, err := station.Join(sites)
			if err != nil {
				return err //nolint:wrapcheck // it says all
			}
			text := append(hjson.AppendSite(nil, &joined), '\n')
			if out == "" {
				_, _ = cmd.OutOrStdout().Write(text)
				return nil
			}
			return writeNew(out, text)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file that is written; standard output by default")
	return cmd
}

// writeNew writes a file that is not there yet.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644) //nolint:gosec // the file that the operator named; all may read a site
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already; name another file", path)
	}
	if err != nil {
		return fmt.Errorf("write the site: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the site: %w", err)
	}
	return nil
}

// shareOf reads which server of how many, as 2/3.
func shareOf(text string) (wire.Receiver, error) {
	if text == "" {
		return wire.Receiver{}, nil
	}
	which, many, _ := strings.Cut(text, "/")
	k, err1 := strconv.ParseUint(which, 10, 8)
	n, err2 := strconv.ParseUint(many, 10, 8)
	if err1 != nil || err2 != nil || k < 1 || k > n {
		return wire.Receiver{}, fmt.Errorf("--share %s: say which server of how many, as 2/2", text)
	}
	return wire.Receiver{Hash: wire.HashAll, Servers: uint32(n), Server: uint32(k - 1)}, nil
}
