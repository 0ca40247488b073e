package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"linghang/cmd/linghang/demo"
	"linghang/kernel"
)

// demoCommand fills a running installation with a synthetic city.
func demoCommand(house kernel.House) *cobra.Command {
	var o demo.Options
	var remove bool
	cmd := &cobra.Command{
		Use: "demo", Short: "Fill a running installation with a synthetic city, or take it away", Args: cobra.NoArgs,
		Long: `Fill a running installation with a synthetic city of 42 platforms that keep reporting, 2000 enterprises,
3000 scenarios, 4 industrial chains, 16 leads of attraction, 120 service providers with what they did for enterprises,
needs with offers and agreements, a call for pilots with 400 applications, and 60 enterprises that are monitored by
probes, with assets, alerts, notices and incidents, through the public API and protocols only. Probes need the TLS port
of the installation (tls-listen).
Everything it makes is marked synthetic wherever it shows.

Without --token the command issues itself a token from the data directory, as whoever holds it may,
and revokes it when it ends.`,
		Example: "  linghang demo\n  linghang demo --url https://industry.example.cn --token lh_…\n  linghang demo --once\n  linghang demo --remove",
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Progress = cmd.OutOrStdout()
			act := demo.Run
			if remove {
				act = demo.Remove
			}
			if o.Token != "" && o.URL != "" {
				return act(cmd.Context(), o)
			}
			return house.WithToken(cmd, "demo", demo.Permissions(), func(ctx context.Context, address, token string) error {
				if o.URL == "" {
					o.URL = address
				}
				if o.Token == "" {
					o.Token = token
				}
				return act(ctx, o)
			})
		},
	}
	cmd.Flags().StringVar(&o.URL, "url", "", "address of the installation (default: the one of the configuration)")
	cmd.Flags().StringVar(&o.Token, "token", "", "token to use instead of one of the data directory")
	cmd.Flags().DurationVar(&o.Every, "every", 30*time.Second, "time between two reports of a platform")
	cmd.Flags().BoolVar(&o.Once, "once", false, "report once and end")
	cmd.Flags().IntVar(&o.Enterprises, "enterprise-nodes", 1000, "how many enterprise nodes have identifiers; a multiple of 8")
	cmd.Flags().IntVar(&o.Directory, "enterprises", 2000, "how many enterprises the directory has, from 1 to 20000")
	cmd.Flags().IntVar(&o.Scenarios, "scenarios", 3000, "how many scenarios the catalogue has, from 0 to 3080")
	cmd.Flags().IntVar(&o.Providers, "providers", 120, "how many service providers there are, from 0 to 500")
	cmd.Flags().IntVar(&o.Applications, "applications", 400, "how many enterprises apply to be a pilot, up to the number of enterprises")
	cmd.Flags().IntVar(&o.Monitored, "monitored", 60, "how many enterprises are monitored by a probe, from 0 to 500, up to the number of enterprises")
	cmd.Flags().BoolVar(&remove, "remove", false, "take the synthetic city away again")
	return cmd
}
